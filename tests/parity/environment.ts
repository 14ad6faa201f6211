/**
 * A Python environment with the dlt that Sluice is compared with, outside the repository. It is made once
 * and used again while the same versions are wanted.
 * @module
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where it is. */
export interface Environment {
  /** The interpreter. */
  readonly python: string;
  /** The command line of dlt. */
  readonly dlt: string;
}

/** Variables for a Python process that sees nothing of this machine's settings and writes to `folder` only. */
export function isolated(folder: string): Record<string, string> {
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: folder,
    TZ: "UTC",
    PYTHONWARNINGS: "ignore",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONHASHSEED: "0",
    DLT_PROJECT_DIR: folder,
    DLT_DATA_DIR: join(folder, "dlt_data"),
    RUNTIME__LOG_LEVEL: "CRITICAL",
    RUNTIME__DLTHUB_TELEMETRY: "false",
  };
}

const REQUIREMENTS = new URL("./requirements.txt", import.meta.url);
const PYTHONS = ["python3.11", "python3.12", "python3.13", "python3"];

/** The environment could not be made. */
export class NoEnvironment extends Error {}

function cacheFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME");
  if (cache) return join(cache, "sluice", "parity");
  const home = Deno.env.get("HOME");
  return home ? join(home, ".cache", "sluice", "parity") : join(tmpdir(), "sluice_parity");
}

/**
 * Finds the environment, or makes it.
 *
 * @param say told what takes its time
 * @throws {NoEnvironment} when Python or a package cannot be had
 */
export async function environment(say: (line: string) => void): Promise<Environment> {
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  const folder = cacheFolder();
  const python = join(folder, "venv", "bin", "python");
  const dlt = join(folder, "venv", "bin", "dlt");
  const marker = join(folder, "requirements.txt");
  const made = await Deno.readTextFile(marker).catch(() => "");
  if (made === wanted && (await output(python, ["-c", "import dlt"])).success) return { python, dlt };
  say(`making a Python environment in ${folder}`);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const base = await findPython();
  await must(base, ["-m", "venv", join(folder, "venv")], "make a virtual environment");
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
  await must(python, [...install, fileURLToPath(REQUIREMENTS)], "install dlt");
  await Deno.writeTextFile(marker, wanted);
  return { python, dlt };
}

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    const check = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    const { success } = await output(name, ["-c", check]);
    if (success) return name;
  }
  throw new NoEnvironment("there is no Python 3.11 or later with venv");
}

async function must(command: string, args: string[], what: string): Promise<void> {
  const { success, text } = await output(command, args);
  if (!success) throw new NoEnvironment(`cannot ${what}:\n${text.trim().slice(-2000)}`);
}

async function output(command: string, args: string[]): Promise<{ success: boolean; text: string }> {
  try {
    const result = await new Deno.Command(command, { args }).output();
    const decoder = new TextDecoder();
    return { success: result.success, text: decoder.decode(result.stdout) + decoder.decode(result.stderr) };
  } catch (error) {
    return { success: false, text: String(error) };
  }
}
