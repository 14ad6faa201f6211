/**
 * Nothing leaked: canary secrets in every place a secret can be, runs that succeed, fail, are interrupted and are
 * killed, against an API that repeats whatever it is told, and a search of everything that was written or printed.
 * `deno task leak` does all of it and counts.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { sluiceCommand } from "../cli_commands.ts";
import { writeFigures } from "../figures.ts";
import { type Canary, canary, filesBelow, search, type Sighting } from "./canaries.ts";
import { type Behaviour, BEHAVIOURS, type LeakyApi, startLeakyApi } from "./leaky_api.ts";
import { type Project, SECRET_PLACES, type SecretPlace } from "./secret_places.ts";

const IS_LONG = Deno.env.get("SLUICE_LONG") === "1";
/** After these, the commands that tell of past runs are asked, too. */
const TELLING: readonly Behaviour[] = ["refuse", "elsewhere"];
/** What a user has written, secrets included. */
const WRITTEN = ["leaky.ts", ".dlt/secrets.toml", ".dlt/config.toml"];
const SHORT: readonly Behaviour[] = ["fine", "refuse"];
const PIPELINE = ["pipeline", "leak"];
const RUN = ["--pipeline-name", "leak"];
const counts = { canaries: 0, commands: 0, texts: 0, bytes: 0, forms: 0 };

/** A project in a folder, the API it reads, and the search of everything that comes of it. */
class Leak implements AsyncDisposable {
  readonly canaries: readonly Canary[];
  readonly sightings: Sighting[] = [];
  readonly #project: Project;
  readonly #folder: string;
  readonly #api: LeakyApi;
  readonly #own: readonly Canary[];
  readonly #env: Record<string, string>;

  private constructor(
    folder: string,
    api: LeakyApi,
    project: Project,
    given: { issued: Canary[]; own: Canary[] },
  ) {
    this.#folder = folder;
    this.#api = api;
    this.#project = project;
    this.#own = given.own;
    this.canaries = [...project.canaries, ...given.issued, ...given.own];
    this.#env = { ...project.env, OTHER_SECRET: given.own[0]!.value, NO_COLOR: "1" };
    counts.canaries += this.canaries.length;
  }

  static async open(place: SecretPlace): Promise<Leak> {
    const issued = [
      canary("access token that a server gave out", { head: "at.", tail: "~z" }),
      canary("cookie that a server set", { head: "c.", tail: "~z" }),
    ];
    const own = ["environment", "other source's", "destination's"].map((name) => canary(`nobody's: ${name}`));
    const api = startLeakyApi({ token: issued[0]!.value, cookie: issued[1]!.value });
    const project = place.project(api.url);
    const folder = await Deno.makeTempDir({ prefix: "sluice_leak_" });
    await Deno.mkdir(join(folder, ".dlt"));
    const { secrets = "", config = "", module = "" } = project;
    const others = `\n[sources.other]\napi_token = ${JSON.stringify(own[1]!.value)}\n` +
      `[destination.other.credentials]\npassword = ${JSON.stringify(own[2]!.value)}\n`;
    await Deno.writeTextFile(join(folder, ".dlt/secrets.toml"), secrets + others, { mode: 0o600 });
    await Deno.writeTextFile(join(folder, ".dlt/config.toml"), config);
    await Deno.writeTextFile(join(folder, "leaky.ts"), module);
    return new Leak(folder, api, project, { issued, own });
  }

  /** The source with what it is told. */
  get #source(): string[] {
    return [this.#project.source ?? "./leaky.ts", ...this.#project.args ?? []];
  }

  /** Runs a command to its end, or until `stop` was called on it, and searches. */
  async command(args: readonly string[], stop?: Deno.Signal): Promise<number> {
    const stalled = this.#api.stalled();
    const child = sluiceCommand(args, { cwd: this.#folder, env: this.#env, stdout: "piped", stderr: "piped" })
      .spawn();
    const output = child.output();
    if (stop) {
      await Promise.race([stalled, output]);
      try {
        child.kill(stop);
      } catch {
        // It has come to its end before.
      }
    }
    const { code, stdout, stderr } = await output;
    const name = args.join(" ");
    counts.commands++;
    this.#search(new Map([[`stdout of ${name}`, stdout], [`stderr of ${name}`, stderr]]));
    return code;
  }

  #search(texts: ReadonlyMap<string, Uint8Array>, canaries = this.canaries): void {
    const found = search(texts, canaries);
    counts.texts += found.texts;
    counts.bytes += found.bytes;
    this.sightings.push(...found.sightings);
  }

  /** Searches everything that lies in the project's folder. */
  async files(canaries?: readonly Canary[]): Promise<void> {
    this.#search(
      await filesBelow(this.#folder, WRITTEN),
      canaries,
    );
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#api.behaviour = behaviour;
    // Records are data: what an API has put there belongs into the tables.
    const inFiles = behaviour === "records" ? this.#own : undefined;
    const run = ["run", ...this.#source, ...RUN];
    if (behaviour === "stall") {
      await this.command([...run, "--progress", "json"], "SIGKILL");
      await this.files();
      await this.command([...run, "--progress", "plain", "--debug"], "SIGINT");
      await this.files();
      this.#api.behaviour = "fine";
    }
    await this.command([...run, "--json", "--progress", "json", "--debug"]);
    await this.files(inFiles);
    if (!IS_LONG) return;
    await this.command(["check", ...this.#source]);
    await this.command(["plan", ...this.#source, ...RUN, "--json"]);
    await this.command(["explain", ...this.#source, "--debug"]);
    await this.files(inFiles);
    if (TELLING.includes(behaviour)) await this.tell();
    // Each behaviour begins with nothing stored.
    for await (const { name } of Deno.readDir(this.#folder)) {
      if (!WRITTEN.some((path) => path.startsWith(name))) {
        await Deno.remove(join(this.#folder, name), { recursive: true });
      }
    }
    await Deno.remove(join(this.#folder, ".dlt/.var"), { recursive: true }).catch(() => {});
  }

  /** Everything that is told of runs that are over. */
  async tell(): Promise<void> {
    for (const words of [["info"], ["trace", "--json"], ["runs"], ["load-package"], ["failed-jobs"]]) {
      await this.command([...PIPELINE, ...words]);
    }
  }

  /** What servers heard that they should not have. */
  misled(): string[] {
    const heard = this.#api.heard.join("\n");
    const strangers = this.#own.filter(({ core }) => heard.includes(core)).map(({ place }) => place);
    return [...this.#api.elsewhere, ...strangers];
  }

  get requests(): number {
    return this.#api.heard.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const behaviours = IS_LONG ? Object.keys(BEHAVIOURS) as Behaviour[] : SHORT;
/** Those that may end before anything is asked. */
const SILENT_REGEXP = /address of the API|thrown by/;

for (const place of SECRET_PLACES) {
  Deno.test(`a ${place.name} is nowhere but where it belongs`, async () => {
    await using leak = await Leak.open(place);
    for (const behaviour of behaviours) await leak.behave(behaviour);
    assert.deepEqual(leak.sightings, []);
    assert.deepEqual(leak.misled(), []);
    // A search of nothing finds nothing.
    if (!SILENT_REGEXP.test(place.name)) assert.ok(leak.requests >= behaviours.length);
  });
}

for (const place of SECRET_PLACES.filter(({ name }) => IS_LONG || /query string|OAuth client$/.test(name))) {
  Deno.test(`a ${place.name} stays there when runs are killed, interrupted and gone on with`, async () => {
    await using leak = await Leak.open(place);
    await leak.behave("stall");
    await leak.tell();
    assert.deepEqual(leak.sightings, []);
    assert.deepEqual(leak.misled(), []);
  });
}

Deno.test("search() finds a canary in each form", () => {
  const one = canary("here");
  for (const form of ["", "URL", "JSON", "base64 0", "base64 1", "base64 2"]) {
    const { value } = one;
    const text = form === "URL"
      ? encodeURIComponent(value)
      : form === "JSON"
      ? JSON.stringify({ value })
      : form.startsWith("base64")
      ? btoa(`${"x".repeat(Number(form.at(-1)))}${value}yy`)
      : value;
    const found = search(new Map([["text", new TextEncoder().encode(`before ${text} after`)]]), [one]);
    assert.deepEqual(found.sightings.map(({ place }) => place), ["here"], form);
  }
});

Deno.test("everything that was searched is counted", { ignore: !IS_LONG }, async () => {
  const { canaries, commands, texts, bytes } = counts;
  const rows = [
    ["canaries", canaries],
    ["commands", commands],
    ["files and streams searched", texts],
    ["MiB searched for each", (bytes / 2 ** 20).toFixed(1)],
  ] as const;
  for (const [name, value] of rows) console.log(`${name}: ${value}`);
  await writeFigures("leak", rows);
});
