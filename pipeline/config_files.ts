/**
 * The files of the configuration: where they are, and the look-up of one path in a project's file and the
 * machine-wide one beneath it.
 * @module
 */
import { isAbsolute, join, relative } from "node:path";
import { ConfigError } from "./errors.ts";
import { isTomlTable, readTomlFile, type TomlFile, type TomlTable, type TomlValue } from "./toml_file.ts";
import type { Environment } from "./config_environment.ts";

/** The files of both TOML providers; a project's file first, then the machine-wide one. */
export interface ConfigFiles {
  readonly "secrets.toml": readonly TomlFile[];
  readonly "config.toml": readonly TomlFile[];
  /** The project's folder, normally `<project>/.dlt`. */
  readonly folder: string;
  readonly projectDirectory: string;
  readonly warnings: readonly string[];
}

/** Finds and reads all files; `machineFolder` stands in for the one that is found. */
export async function readConfigFiles(
  projectDirectory: string,
  environment: Environment,
  machineFolder?: string,
): Promise<ConfigFiles> {
  const project = environment.get("DLT_PROJECT_DIR") || projectDirectory;
  const folder = join(project, environment.get("DLT_CONFIG_FOLDER") || ".dlt");
  const home = environment.get("HOME") || environment.get("USERPROFILE");
  const machine = machineFolder ?? (home && (await findMachineFolder(home, environment)));
  const folders = machine ? [folder, machine] : [folder];
  const read = (name: string) =>
    Promise.all(folders.map((path) => readTomlFile(join(path, name), shownPath(join(path, name), home))));
  const secrets = await read("secrets.toml");
  return {
    "secrets.toml": secrets,
    "config.toml": await read("config.toml"),
    folder,
    projectDirectory: project,
    warnings: secrets.flatMap(modeWarning),
  };
}

/** `~/.dlt`, or where dlt goes instead: `/var/dlt` for root, and the data directory of XDG. */
async function findMachineFolder(home: string, environment: Environment): Promise<string> {
  // The owner of the home directory tells who we are without a permission to ask the system.
  if ((await stat(home))?.uid === 0 && await stat("/var/dlt")) return "/var/dlt";
  const usual = join(home, ".dlt");
  const data = environment.get("XDG_DATA_HOME");
  return data && !(await stat(usual)) ? join(data, "dlt") : usual;
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}

/** A path for a reader: relative below the working directory, `~` below home, else as it is. */
export function shownPath(path: string, home?: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(Deno.cwd(), path);
  if (below && !below.startsWith("..") && !isAbsolute(below)) return below;
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function modeWarning(file: TomlFile): string[] {
  if (file.mode === undefined || Deno.build.os === "windows" || !(file.mode & 0o077)) return [];
  return [`"${file.shown}" can be read by other users of this machine; run: chmod 600 ${file.shown}`];
}

/** A value in a file. */
export interface FoundInFile {
  readonly value: TomlValue;
  readonly file: TomlFile;
}

/** Looks a path up: the project's file wins per key, and a plain value there hides a table beneath it. */
export function lookUp(files: readonly TomlFile[], path: readonly string[]): FoundInFile | undefined {
  let found: FoundInFile | undefined;
  for (const file of files) {
    const { value, blocked } = descend(file.table, path);
    if (value !== undefined && found === undefined) found = { value, file };
    else if (isTomlTable(value) && found && isTomlTable(found.value)) {
      found = { ...found, value: underlay(found.value, value) };
    }
    if (blocked || (found && !isTomlTable(found.value))) return found;
  }
  return found;
}

function descend(table: TomlTable, path: readonly string[]): { value?: TomlValue; blocked?: boolean } {
  let value: TomlValue = table;
  for (const key of path) {
    if (!isTomlTable(value)) return { blocked: true };
    if (!Object.hasOwn(value, key)) return {};
    value = value[key];
  }
  return { value };
}

function underlay(top: TomlTable, beneath: TomlTable): TomlTable {
  const merged = { ...beneath };
  for (const [key, value] of Object.entries(top)) {
    const under = merged[key];
    merged[key] = isTomlTable(value) && isTomlTable(under) ? underlay(value, under) : value;
  }
  return merged;
}

/** The error for a secret that was found where files are shared. */
export function secretInConfig(key: string, path: string, file: TomlFile): ConfigError {
  const target = file.shown.replace(/config\.toml$/, "secrets.toml");
  return new ConfigError(
    `Cannot use secret "${key}" from "${file.shown}": that file is for values that may be shared`,
    {
      code: "secret-in-config",
      at: { file: file.shown },
      next: `move ${path} to ${target}, and replace the secret if the file was ever committed`,
    },
  );
}
