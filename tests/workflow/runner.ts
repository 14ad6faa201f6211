/**
 * A runner for the workflows that `deploy` writes: it takes the steps of the only job in order, in a clean
 * home and a fresh checkout, with what a runner of GitHub provides and nothing else. Holds no tests itself.
 * @module
 */
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { denoDirectory } from "../deno_directory.ts";
import { TextLineStream } from "../text_lines.ts";
import { type Contexts, filledIn, isDue } from "./expressions.ts";
import { type Forge, git } from "./forge.ts";

/** How a run went. */
export interface Ran {
  readonly id: number;
  readonly conclusion: "success" | "failure";
  /** Outcome of each step by its name. */
  readonly steps: Readonly<Record<string, string>>;
  readonly log: string;
  readonly outputs: Contexts;
  readonly summary: string;
}

/** What is different in one run. */
export interface RunnerOptions {
  /** The step is killed, with all it started, when it prints a line like this. */
  readonly killAt?: RegExp;
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

let lastRun = 7000;

/** Runs a workflow by its file name. */
export async function runWorkflow(forge: Forge, file: string, options: RunnerOptions = {}): Promise<Ran> {
  const id = ++lastRun;
  const place = await Deno.makeTempDir({ prefix: "sluice_runner_" });
  try {
    const run = new Run(forge, { id, place, file, options });
    await run.prepare();
    return await run.execute();
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

class Run {
  readonly #forge: Forge;
  readonly #id: number;
  readonly #file: string;
  readonly #options: RunnerOptions;
  readonly #workspace: string;
  readonly #paths: Readonly<Record<"home" | "temp" | "output" | "summary" | "path", string>>;
  readonly #contexts: Record<string, string>;
  readonly #steps: Record<string, string> = {};
  #log = "";

  constructor(
    forge: Forge,
    { id, place, file, options }: { id: number; place: string; file: string; options: RunnerOptions },
  ) {
    this.#forge = forge;
    this.#id = id;
    this.#file = file;
    this.#options = options;
    this.#workspace = join(place, "work");
    this.#paths = {
      home: join(place, "home"),
      temp: join(place, "temp"),
      output: join(place, "output"),
      summary: join(place, "summary"),
      path: join(place, "path"),
    };
    this.#contexts = {
      "github.token": "token-of-the-run",
      "github.repository": "acme/data",
      "github.run_id": String(id),
      "github.run_attempt": "1",
      ...Object.fromEntries(Object.entries(forge.secrets).map(([name, value]) => [`secrets.${name}`, value])),
    };
  }

  async prepare(): Promise<void> {
    for (const folder of [this.#paths.home, this.#paths.temp, this.#workspace]) await Deno.mkdir(folder);
    for (const file of ["output", "summary", "path"] as const) {
      await Deno.writeTextFile(this.#paths[file], "");
    }
  }

  async execute(): Promise<Ran> {
    const text = await git(this.#forge.repository, "show", `main:.github/workflows/${this.#file}`);
    const { jobs: { load: job } } = parse(text);
    let failed = false;
    for (const step of job.steps as Step[]) {
      if (!isDue(step.if, this.#contexts, { failed, cancelled: false })) {
        this.#note(step, "skipped");
        continue;
      }
      const isFine = step.uses === undefined
        ? await this.#script(step, job)
        : await this.#action(step.uses.split("@")[0], this.#inputs(step));
      this.#note(step, isFine ? "success" : "failure");
      if (!isFine) failed = true;
      await this.#takeOutputs(step);
    }
    const conclusion = failed ? "failure" : "success";
    await this.#forge.ended(this.#id, conclusion);
    return {
      id: this.#id,
      conclusion,
      steps: this.#steps,
      log: this.#log,
      outputs: Object.fromEntries(
        Object.entries(job.outputs as Record<string, string>).map(([name, value]) => [
          name,
          filledIn(value, this.#contexts),
        ]),
      ),
      summary: await Deno.readTextFile(this.#paths.summary),
    };
  }

  #note({ name, id }: Step, outcome: string): void {
    this.#steps[name] = outcome;
    if (id !== undefined) this.#contexts[`steps.${id}.outcome`] = outcome;
  }

  async #script(
    step: Step,
    job: { env?: Record<string, string>; defaults: DefaultsOfJob },
  ): Promise<boolean> {
    const { shell, "working-directory": below = "." } = job.defaults.run;
    if (shell !== "bash") throw new Error(`no shell ${shell} here`);
    const script = join(this.#paths.temp, `${crypto.randomUUID()}.sh`);
    await Deno.writeTextFile(script, filledIn(step.run!, this.#contexts));
    // A session of its own, so that the script and all it starts can be killed together.
    await using child = new Deno.Command("setsid", {
      args: ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
      cwd: join(this.#workspace, filledIn(below, this.#contexts)),
      clearEnv: true,
      env: await this.#environment({ ...job.env, ...step.env }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await Promise.all([child.stdout, child.stderr].map((stream) => this.#read(stream, child.pid)));
    return (await child.status).success;
  }

  async #read(stream: ReadableStream<Uint8Array>, pid: number): Promise<void> {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      this.#log += `${line}\n`;
      if (this.#options.killAt?.test(line)) {
        await new Deno.Command("kill", { args: ["-KILL", "--", `-${pid}`] }).output();
      }
    }
  }

  /** What a runner sets, and what the step asks for. */
  async #environment(asked: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const added = (await Deno.readTextFile(this.#paths.path)).split("\n").filter(Boolean).reverse();
    const values = Object.entries(asked).map((
      [name, value],
    ) => [name, filledIn(String(value), this.#contexts)]);
    return {
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_OUTPUT: this.#paths.output,
      GITHUB_PATH: this.#paths.path,
      GITHUB_RUN_ID: String(this.#id),
      GITHUB_STEP_SUMMARY: this.#paths.summary,
      GITHUB_WORKSPACE: this.#workspace,
      HOME: this.#paths.home,
      PATH: [...added, this.#forge.bin, "/usr/bin", "/bin"].join(":"),
      RUNNER_TEMP: this.#paths.temp,
      // The only thing that no runner has: packages that were downloaded before, since nothing is downloaded here.
      DENO_DIR: await denoDirectory(),
      ...Object.fromEntries(values),
    };
  }

  #inputs(step: Step): Record<string, string> {
    const entries = Object.entries(step.with ?? {});
    return Object.fromEntries(
      entries.map(([name, value]) => [name, filledIn(String(value), this.#contexts)]),
    );
  }

  /** The actions, by what they do to files. */
  async #action(name: string, inputs: Record<string, string>): Promise<boolean> {
    const path = join(this.#workspace, inputs.path ?? ".");
    switch (name) {
      case "actions/checkout":
        await git(
          dirname(this.#workspace),
          "clone",
          "--quiet",
          "--depth=1",
          `file://${this.#forge.repository}`,
          "work",
        );
        return true;
      case "denoland/setup-deno": {
        if (inputs["deno-version"] !== Deno.version.deno) return false;
        const bin = join(this.#paths.temp, "deno-bin");
        await Deno.mkdir(bin);
        await Deno.symlink(Deno.execPath(), join(bin, "deno"));
        await Deno.writeTextFile(this.#paths.path, `${bin}\n`, { append: true });
        return true;
      }
      case "actions/upload-artifact":
        if (!await exists(path)) return inputs["if-no-files-found"] === "ignore";
        if (inputs["include-hidden-files"] !== "true") throw new Error("hidden files would be left out");
        await copy(path, this.#forge.artifact(this.#id, inputs.name));
        return true;
      case "actions/cache/restore": {
        const found = await newest(dirname(this.#forge.cache("any")), inputs["restore-keys"]);
        if (found) await copy(this.#forge.cache(found), path);
        return true;
      }
      case "actions/cache/save":
        await copy(path, this.#forge.cache(inputs.key));
        return true;
    }
    throw new Error(`the runner of the tests has no action ${name}`);
  }

  async #takeOutputs({ id }: Step): Promise<void> {
    const text = await Deno.readTextFile(this.#paths.output);
    for (const [, name, , value] of text.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) {
      if (id !== undefined) this.#contexts[`steps.${id}.outputs.${name}`] = value;
    }
    await Deno.writeTextFile(this.#paths.output, "");
  }
}

interface DefaultsOfJob {
  readonly run: { readonly shell: string; readonly "working-directory"?: string };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const { success, stderr } = await new Deno.Command("cp", { args: ["-R", `${from}/.`, to] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Keys end with the number of their run. */
async function newest(folder: string, prefix: string): Promise<string | undefined> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name.startsWith(prefix)).sort().at(-1);
}
