/**
 * The executable under test: the path in `SLUICE_BINARY`, else `deno run` of the sources. It is started as on
 * a machine that has nothing: an empty home, none of the caller's variables. Holds no tests itself.
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { denoDirectory } from "../deno_directory.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = Deno.env.get("SLUICE_BINARY");

/** Whether it is a real binary. */
export const isBinary = BINARY !== undefined;

/** What a command printed and ended with. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of a user who has the executable. */
export interface UserFolder extends AsyncDisposable {
  readonly path: string;
  /** A command that is not yet started. */
  command(args: readonly string[], env?: Record<string, string>): Deno.Command;
  /** Runs a command to its end. */
  sluice(args: readonly string[], env?: Record<string, string>): Promise<Printed>;
  /** The rows of a query. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
}

/** Makes a folder with these files. */
export async function userFolder(files: Readonly<Record<string, string>> = {}): Promise<UserFolder> {
  // A space and a letter beyond ASCII: people's paths have them.
  const path = await Deno.makeTempDir({ prefix: "sluice bínary " });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text, { mode: 0o600 });
  }
  const [executable, ...before] = commandLine();
  const environment = await bareEnvironment(path);
  const command: UserFolder["command"] = (args, env) =>
    new Deno.Command(executable, {
      args: [...before, ...args],
      cwd: path,
      clearEnv: true,
      env: { ...environment, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  const sluice: UserFolder["sluice"] = async (args, env) => {
    const { code, stdout, stderr } = await command(args, env).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  };
  return {
    path,
    command,
    sluice,
    async rows(sql) {
      const { code, out, err } = await sluice(["query", "--format", "json", sql]);
      if (code !== 0) throw new Error(`Cannot ask "${sql}": ${err}`);
      return JSON.parse(out);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

function commandLine(): [string, ...string[]] {
  if (BINARY !== undefined) return [resolve(BINARY)];
  const config = join(ROOT, "deno.json");
  return [Deno.execPath(), "run", "-q", "-P=cli", "--no-prompt", "--config", config, join(ROOT, "main.ts")];
}

/** What every system needs to start a program; Deno, where it is used, also needs its packages. */
async function bareEnvironment(home: string): Promise<Record<string, string>> {
  const kept = ["SystemRoot", "TEMP", "TMP"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const own = { NO_COLOR: "1", HOME: home, USERPROFILE: home, PATH: "" };
  return { ...Object.fromEntries(kept), ...own, ...isBinary ? {} : { DENO_DIR: await denoDirectory() } };
}
