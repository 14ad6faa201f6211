/**
 * Where runs are killed: a simulator of its own, a folder as it was before the run, what the run should come to, and
 * children that run in copies of the folder.
 * @module
 */
import { join } from "node:path";
import { keyOf } from "../../rest/answers.ts";
import { frameHeads } from "../../pipeline/package_frames.ts";
import { localPackages } from "../../pipeline/pipeline_directory.ts";
import { type OktaSimulator, startOktaSimulator } from "../../simulator/okta/mod.ts";
import { copyFolder } from "../copy_folder.ts";
import { differences, keyedTables, type Snapshot, snapshot } from "./snapshot.ts";

const HERE = new URL(".", import.meta.url).pathname;
const PIPELINE = "crash";
const RERUNS = 5;

/** When a child is to die: at a point it passes, in the middle of a write there, or milliseconds after it began. */
export type Death = { readonly at: number; readonly half?: boolean } | { readonly afterMs: number };

/** Which run is killed: the first one, or a second one that finds changes. */
export type Phase = "first" | "second";

/** How one case went. */
export interface Outcome {
  readonly kills: number;
  readonly requestsAgain: number;
  readonly problems: readonly string[];
}

interface Truth {
  readonly folder: string;
  readonly wanted: Snapshot;
  readonly keyed: readonly string[];
  readonly points: readonly string[];
  readonly ms: number;
  readonly loadsBefore: number;
}

/** One destination, with a simulator to read. */
export class Stage implements AsyncDisposable {
  readonly destination: string;
  readonly #sim: OktaSimulator;
  readonly #folder: string;
  readonly #truths = new Map<Phase, Truth>();
  #copies = 0;

  private constructor(destination: string, sim: OktaSimulator, folder: string) {
    this.destination = destination;
    this.#sim = sim;
    this.#folder = folder;
  }

  /**
   * Starts a simulator, loads once, changes the organisation, and finds out what an undisturbed run comes to; unless
   * `isShort`, by two of them, which also tell which row ids come from keys.
   */
  static async open(destination: string, { isShort = false } = {}): Promise<Stage> {
    const now = { at: Date.UTC(2026, 2, 4, 12), frozen: true };
    const sim = await startOktaSimulator({
      users: 25,
      seed: 5,
      events: 90,
      now,
      rateLimits: { profile: "none" },
    });
    const stage = new Stage(destination, sim, await Deno.makeTempDir({ prefix: "sluice_crash_" }));
    const empty = stage.#path("empty");
    await Deno.mkdir(empty);
    const loaded = await stage.#copyOf(empty);
    await stage.#run(loaded, "undisturbed");
    stage.#change();
    for (const [phase, folder] of [["first", empty], ["second", loaded]] as const) {
      stage.#truths.set(phase, await stage.#truth(folder, isShort));
    }
    return stage;
  }

  /** What a run passes, in order. */
  points(phase: Phase): readonly string[] {
    return this.#truths.get(phase)!.points;
  }

  /** How long a run takes once it has started. */
  durationMs(phase: Phase): number {
    return this.#truths.get(phase)!.ms;
  }

  /** Kills a run, and those that go on with it, as often as there are deaths; then runs until done and compares. */
  async play(phase: Phase, deaths: readonly Death[]): Promise<Outcome> {
    const { folder: from, wanted, keyed, loadsBefore } = this.#truths.get(phase)!;
    const folder = await this.#copyOf(from);
    const problems: string[] = [];
    let kills = 0, requestsAgain = 0, isDone = false;
    let kept = new Set<string>();
    const left = [...deaths];
    for (let runs = 0; !isDone && runs < deaths.length + RERUNS; runs++) {
      this.#sim.clearRequests();
      const death = left.shift();
      const { isKilled, code, text } = await this.#child(folder, death);
      const again = this.#asked().filter((key) => kept.has(key)).length;
      requestsAgain += again;
      if (again) problems.push(`${again} answers that were kept were asked for again`);
      if (isKilled) kills++;
      else if (code !== 0) problems.push(`the run ended with ${code}: ${text}`);
      const packages = await localPackages(join(folder, ".dlt/.var", PIPELINE));
      kept = await keptIn(packages.filter(({ status }) => status === "unfinished").map(({ path }) => path));
      if (packages.some(({ status }) => status === "set-aside" || status === "damaged")) {
        problems.push("a package counts as damaged");
      }
      // A run that came to publish and to clear up is done, also when it was killed after that.
      const loads = (await this.#snapshot(folder))?.loads ?? 0;
      isDone = !isKilled || (!packages.length && loads > loadsBefore);
    }
    problems.push(...differences(await this.#snapshot(folder), wanted, keyed));
    if (!problems.length) await Deno.remove(folder, { recursive: true });
    return { kills, requestsAgain, problems };
  }

  async #truth(from: string, isShort: boolean): Promise<Truth> {
    const loadsBefore = (await this.#snapshot(from))?.loads ?? 0;
    const one = await this.#copyOf(from);
    const other = isShort ? one : await this.#copyOf(from);
    const log = this.#path(`points${this.#copies}`);
    const { ms } = await this.#run(one, "undisturbed", { SLUICE_CRASH_LOG: log });
    if (!isShort) await this.#run(other, "undisturbed");
    const [wanted, same] = [(await this.#snapshot(one))!, (await this.#snapshot(other))!];
    const keyed = isShort ? [] : keyedTables(wanted, same);
    const apart = [...wanted.problems, ...differences(same, wanted, keyed)];
    if (apart.length) throw new Error(`Two undisturbed runs differ: ${apart.join("; ")}`);
    const points = JSON.parse(await Deno.readTextFile(log));
    return { folder: from, wanted, keyed, points, ms, loadsBefore };
  }

  #change(): void {
    const { mutate, idOf, switches } = this.#sim;
    switches.searchLagMs = 0;
    this.#sim.clock.advance(60_000);
    mutate({ op: "user.update", id: idOf("user", 3), profile: { title: "Changed" } });
    mutate({ op: "user.create", profile: { title: "New" } });
    mutate({ op: "group.create", profile: { name: "New group" } });
    mutate({ op: "group.delete", id: idOf("group", 2) });
    mutate({ op: "event.emit", count: 7 });
    this.#sim.clock.advance(3_600_000);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #copyOf(folder: string): Promise<string> {
    const copy = this.#path(`run${this.#copies++}`);
    await copyFolder(folder, copy);
    return copy;
  }

  #snapshot(folder: string): Promise<Snapshot | undefined> {
    return snapshot(folder, { pipelineName: PIPELINE, destination: this.destination });
  }

  async #run(folder: string, what: string, env: Record<string, string> = {}): Promise<{ ms: number }> {
    const { code, text, ms } = await this.#child(folder, undefined, env);
    if (code !== 0) throw new Error(`The ${what} run ended with ${code}: ${text}`);
    return { ms };
  }

  async #child(folder: string, death: Death | undefined, env: Record<string, string> = {}) {
    const order: Record<string, string> = death && "at" in death
      ? { SLUICE_CRASH_AT: String(death.at), SLUICE_CRASH_HALF: death.half ? "1" : "0" }
      : {};
    const args = ["run", "-q", "-A", "--no-check", "--no-prompt", join(HERE, "entry.ts")];
    const command = [
      "run",
      join(HERE, "source.ts"),
      "--pipeline-name",
      PIPELINE,
      "--destination",
      this.destination,
    ];
    await using child = new Deno.Command(Deno.execPath(), {
      args: [...args, ...command, "--progress", "off"],
      cwd: folder,
      env: {
        ...order,
        ...env,
        SOURCES__CRASH__BASE_URL: this.#sim.url,
        SOURCES__CRASH__API_TOKEN: this.#sim.token,
      },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    const reader = child.stdout.getReader();
    await reader.read();
    const start = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (death && "afterMs" in death) timer = setTimeout(() => kill(child), death.afterMs);
    while (!(await reader.read()).done);
    const { code, signal } = await child.status;
    clearTimeout(timer);
    const text = (await errors).trim();
    return { isKilled: signal === "SIGKILL", code, text, ms: performance.now() - start };
  }

  /** The keys of what was asked since the record was cleared. */
  #asked(): string[] {
    return this.#sim.requests().map(({ method, path, query }) =>
      keyOf({ method, url: `${this.#sim.url}${path}${query ? `?${query}` : ""}`, headers: {} })
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sim.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The keys of the answers in journals of extractions that can be gone on with. */
async function keptIn(packages: readonly string[]): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const path of packages) {
    try {
      using file = await Deno.open(join(path, "answers"));
      for await (const { header } of frameHeads(file)) keys.add(String(header.key));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return keys;
}
