/**
 * One trial: data is loaded, then runs are lied to, then the lies end. After each run the tables must be what the
 * API has, or, where the run failed, what they were before. Holds no tests.
 * @module
 */
import { join } from "node:path";
import {
  Configuration,
  formatError,
  InterruptedError,
  type LoadInfo,
  pipeline,
  type RunEvent,
  SluiceError,
} from "../../mod.ts";
import type { Fault } from "../../simulator/okta/mod.ts";
import { JumpingTimer } from "../rest_harness_test.ts";
import { difference, type Dump, dump } from "./dump.ts";
import { type Lies, liesOf } from "./lies.ts";
import { type LiedApi, type Patience, type Scenario, STATES } from "./scenarios.ts";

const ENDLESS_MS = 120_000;

/** What came of a trial. */
export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  /** Names of the faults that were drawn. */
  readonly kinds: readonly string[];
  /** Runs that were lied to and published all the same, and those that failed, by their code. */
  readonly published: number;
  readonly failures: readonly string[];
  /** What broke the rule; undefined when nothing did. */
  readonly problem?: string;
}

/** The command that makes the trial of a seed again. */
export function replayOf(seed: number): string {
  return `deno task chaos --seed ${seed}`;
}

const NAME = "chaos";
const HASTY: Patience = { timeoutSeconds: 0.25, attempts: 3 };
const PATIENT: Patience = { timeoutSeconds: 60, attempts: 6 };
/** No power is cut here, so that the disk need not be a real one. */
const FOLDERS = await Deno.stat("/dev/shm").then(() => ({ dir: "/dev/shm" }), () => ({}));

/** Scenarios that are open, and what their undisturbed runs came to. */
export class Chaos implements AsyncDisposable {
  readonly #apis = new Map<string, Promise<LiedApi>>();
  readonly #truths = new Map<string, Promise<Truth>>();
  readonly #thief = new Thief();

  /** Makes the trial of a seed. */
  async try(seed: number): Promise<Outcome> {
    const lies = liesOf(seed);
    const { scenario, runs } = lies;
    const kinds = runs.flat().map(({ action }) => action.kind);
    const outcome = { seed, scenario: scenario.name, kinds };
    const folder = await Deno.makeTempDir({ prefix: "sluice_chaos_", ...FOLDERS });
    try {
      return { ...outcome, ...await this.#try(lies, folder) };
    } catch (error) {
      const problem = error instanceof Broken ? error.message : `harness: ${(error as Error).stack}`;
      return { ...outcome, published: 0, failures: [], problem };
    } finally {
      const api = await this.#api(scenario, lies.before);
      api.clearFaults();
      await Deno.remove(folder, { recursive: true });
    }
  }

  async #try(lies: Lies, folder: string): Promise<{ published: number; failures: string[] }> {
    const { scenario, before, runs, goesOn } = lies;
    const { tables, folder: loaded } = await this.#truth(scenario, before);
    if (loaded) await copyFolder(loaded, folder);
    const truth = await this.#truth(scenario, before + 1);
    const api = await this.#api(scenario, before);
    let expected = tables;
    let published = 0;
    const failures: string[] = [];
    for (const [index, faults] of runs.entries()) {
      const what = `run ${index + 1} of those that were lied to`;
      for (const fault of faults) api.addFault(this.#thief.lured(fault));
      const { error, seen } = await runOnce(folder, api, { scenario, state: before, patience: HASTY });
      api.clearFaults();
      checkSilence(seen, api.secret, what);
      if (error === undefined) {
        published++;
        expected = truth.tables;
      } else {
        checkError(error, what);
        failures.push((error as SluiceError).code);
      }
      await checkTables(folder, expected, `${what}, which ${error ? "failed" : "published"}`);
    }
    for (let state = before; state < (goesOn ? STATES : before + 1); state++) {
      const what = `the run after the lies had ended, state ${state}`;
      const next = await this.#api(scenario, state);
      const { error } = await runOnce(folder, next, { scenario, state, patience: PATIENT });
      if (error) throw new Broken(`${what} failed: ${(error as Error).stack}`);
      await checkTables(folder, (await this.#truth(scenario, state + 1)).tables, what);
    }
    this.#thief.check();
    return { published, failures };
  }

  #api(scenario: Scenario, state: number): Promise<LiedApi> {
    return remembered(this.#apis, `${scenario.name} ${state}`, () => scenario.open(state));
  }

  /** What is held after so many states of the data were loaded undisturbed. */
  #truth(scenario: Scenario, loads: number): Promise<Truth> {
    return remembered(this.#truths, `${scenario.name} ${loads}`, async () => {
      if (loads === 0) return { tables: {} };
      const before = await this.#truth(scenario, loads - 1);
      const folder = await Deno.makeTempDir({ prefix: "sluice_chaos_truth_", ...FOLDERS });
      if (before.folder) await copyFolder(before.folder, folder);
      const state = loads - 1;
      const api = await this.#api(scenario, state);
      const { error } = await runOnce(folder, api, { scenario, state, patience: PATIENT });
      if (error) throw error;
      return { folder, tables: await dump(databaseIn(folder)) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const truth of this.#truths.values()) {
      const { folder } = await truth;
      if (folder) await Deno.remove(folder, { recursive: true });
    }
    for (const api of this.#apis.values()) await (await api)[Symbol.asyncDispose]();
    await this.#thief[Symbol.asyncDispose]();
  }
}

/** Tables, and the folder that holds them, which is to be copied. */
interface Truth {
  readonly tables: Dump;
  readonly folder?: string;
}

/** Something is not as it must be. */
class Broken extends Error {}

/** A server that nobody may ever visit. */
class Thief implements AsyncDisposable {
  readonly #visits: string[] = [];
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    this.#visits.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json([]);
  });

  /** The fault, where it leads elsewhere to this server. */
  lured(fault: Fault): Fault {
    const text = JSON.stringify(fault.action);
    const own = text.replaceAll("127.0.0.2:9", `127.0.0.1:${this.#server.addr.port}`);
    return { ...fault, action: JSON.parse(own) };
  }

  check(): void {
    if (this.#visits.length) throw new Broken(`another origin was visited: ${this.#visits.join(", ")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function databaseIn(folder: string): string {
  return join(folder, `${NAME}.sqlite`);
}

async function runOnce(
  folder: string,
  api: LiedApi,
  { scenario, state, patience }: { scenario: Scenario; state: number; patience: Patience },
): Promise<{ info?: LoadInfo; error?: unknown; seen: string }> {
  const events: RunEvent[] = [];
  const chaos = pipeline({
    pipelineName: NAME,
    datasetName: NAME,
    projectDirectory: folder,
    configuration: await Configuration.load({
      projectDirectory: folder,
      env: {},
      machineFolder: join(folder, "machine"),
    }),
    emit: (event) => events.push(event),
  });
  const timer = new JumpingTimer(scenario.now + state * 3_600_000);
  const said = () => JSON.stringify(events.filter(({ type }) => type === "warning"));
  try {
    // Waiting is skipped, so that a run which takes this long has no end. It is stopped, which is no clear error.
    const signal = AbortSignal.timeout(ENDLESS_MS);
    const info = await chaos.run(api.source(patience), { timer, signal });
    return { info, seen: said() };
  } catch (error) {
    const text = error instanceof SluiceError ? formatError(error) : String(error);
    return { error, seen: text + said() };
  }
}

function checkSilence(seen: string, secret: string, what: string): void {
  if (seen.includes(secret)) throw new Broken(`${what} told a secret`);
}

function checkError(error: unknown, what: string): void {
  if (error instanceof InterruptedError) throw new Broken(`${what} did not come to an end`);
  if (!(error instanceof SluiceError)) {
    throw new Broken(`${what} failed with what is no clear error: ${(error as Error).stack ?? error}`);
  }
  const text = formatError(error);
  const flaws = [
    !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(error.code) && "its code is none",
    !error.next && "it does not say what to do",
    !error.message.startsWith("Cannot ") && "it does not say what cannot be done",
    /\n\s*at .*:\d+:\d+|\[object |undefined|NaN/.test(text) && "it holds what no person should read",
  ].filter(Boolean);
  if (flaws.length) {
    throw new Broken(`${what} failed with an error that is not clear: ${flaws.join(", ")}\n${text}`);
  }
}

async function checkTables(folder: string, expected: Dump, what: string): Promise<void> {
  const differs = difference(await dump(databaseIn(folder)), expected);
  if (differs) throw new Broken(`after ${what}: ${differs}`);
}

async function copyFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) {
      await Deno.mkdir(join(to, name), { recursive: true });
      await copyFolder(join(from, name), join(to, name));
    } else await Deno.copyFile(join(from, name), join(to, name));
  }
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let found = known.get(key);
  if (!found) known.set(key, found = make());
  return found;
}
