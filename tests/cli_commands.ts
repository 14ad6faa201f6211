/**
 * The command line as a user starts it, in a folder with files. Holds no tests itself.
 * @module
 */
import { dirname, join, resolve } from "node:path";

const MAIN = resolve("main.ts");
const CONFIG = resolve("deno.json");

/** What a command printed. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with files, and the command line run in it. */
export interface Workplace {
  readonly folder: string;
  /** Runs `sluice …args`. */
  sluice(...args: string[]): Promise<Printed>;
  /** Whether a file is there. */
  has(path: string): boolean;
}

/** Makes a folder with these files, and runs commands in it with this environment. */
export async function withWorkplace(
  { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> },
  use: (workplace: Workplace) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_cmd_" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text, { mode: 0o600 });
    }
    await use({
      folder,
      sluice: (...args) => sluice(args, { cwd: folder, env }),
      has: (path) => isFile(join(folder, path)),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The command line `sluice …args` as a process, with the permissions that users give it. */
export function sluiceCommand(
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args">,
): Deno.Command {
  const line = ["run", "-q", "--no-prompt", "--config", CONFIG, "-P=cli", MAIN, ...args];
  return new Deno.Command(Deno.execPath(), { args: line, stdin: "null", ...options });
}

/** Runs it to its end. A process of its own: the working directory belongs to all tests of this one. */
export async function sluice(
  args: readonly string[],
  { cwd, env }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Printed> {
  const { code, stdout, stderr } = await sluiceCommand(args, { cwd, env: { NO_COLOR: "1", ...env } })
    .output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), err: decode(stderr) };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
