/**
 * The section of a source in config.toml and secrets.toml: one line for each parameter, with a placeholder
 * where only the user knows the value.
 * @module
 */
import type { ParameterDescription } from "../../openapi/description.ts";
import { environmentName, tomlPath } from "../../pipeline/config_places.ts";
import { ConfigError } from "../../pipeline/errors.ts";
import { isTomlTable, parseToml, type TomlTable } from "../../pipeline/toml_file.ts";
import { commentText, stringLiteral } from "./code.ts";
import { appendix, existingText, type PlannedFile } from "./files.ts";

/** One of the two files. */
export interface SettingsFile {
  readonly path: string;
  readonly shown: string;
  readonly holdsSecrets: boolean;
}

/** A value that the user has to give. */
export interface Open {
  readonly parameter: ParameterDescription;
  /** The file, as a reader knows it. */
  readonly file: string;
  /** The line is not there yet, because the section was. */
  readonly isMissing: boolean;
}

const EMPTY_VALUES: Readonly<Record<ParameterDescription["type"], string>> = {
  text: '""',
  integer: "0",
  number: "0.0",
  boolean: "false",
};

/** Plans one file, and says which values are left to fill in. */
export async function planSettings(
  { path, shown, holdsSecrets }: SettingsFile,
  { name, parameters }: { name: string; parameters: readonly ParameterDescription[] },
): Promise<{ file: PlannedFile; open: Open[] }> {
  const own = parameters.filter(({ isSecret }) => (isSecret === true) === holdsSecrets);
  const before = await existingText(path, shown);
  const table = parseToml(before ?? "", shown);
  const found = sectionOf(table, name, shown);
  const isOpen = ({ name, isRequired }: ParameterDescription) =>
    isRequired === true && !Object.hasOwn(found ?? {}, name);
  const open = own.filter(isOpen).map((parameter) => ({
    parameter,
    file: shown,
    isMissing: found !== undefined,
  }));
  if (before !== undefined && (found || own.length === 0)) {
    return { file: { path, shown, action: "keep", text: "" }, open };
  }
  const section = own.length ? sectionLines(name, own) : [];
  const text = before === undefined
    ? [...headLines(name, holdsSecrets), ...(section.length ? ["", ...section] : []), ""].join("\n")
    : appendix(before, ["", ...section]);
  if (!isReadable((before ?? "") + text, shown)) throw conflict(name, shown);
  const action = before === undefined ? "create" : "append";
  return { file: { path, shown, action, text, mode: holdsSecrets ? 0o600 : undefined }, open };
}

/** The table of a source; undefined when there is none. */
function sectionOf(table: TomlTable, name: string, shown: string): TomlTable | undefined {
  if (!Object.hasOwn(table, "sources")) return undefined;
  const { sources } = table;
  const section = isTomlTable(sources) && Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (isTomlTable(sources) && (section === undefined || isTomlTable(section))) return section;
  throw conflict(name, shown);
}

/** What is written must be what a run will read; a closed table such as `sources = {}` takes no more. */
function isReadable(text: string, shown: string): boolean {
  try {
    parseToml(text, shown);
    return true;
  } catch {
    return false;
  }
}

function conflict(name: string, shown: string): ConfigError {
  return new ConfigError(
    `Cannot add [${tomlPath(["sources", name])}] to "${shown}": what is there leaves no room for it`,
    {
      code: "settings-conflict",
      at: { file: shown },
      next: "choose another name, or write what stands there as a table of its own",
    },
  );
}

function headLines(name: string, holdsSecrets: boolean): string[] {
  const variable = environmentName(["sources", name, holdsSecrets ? "api_token" : "base_url"]);
  return holdsSecrets
    ? [
      "# Secrets of this project. git ignores this file; keep it readable for yourself alone.",
      `# Each value can also be an environment variable, e.g. ${variable}.`,
    ]
    : [
      "# Settings of this project that may be shared. Secrets belong in secrets.toml, which git ignores.",
      `# Each value can also be an environment variable, e.g. ${variable}.`,
    ];
}

function sectionLines(name: string, parameters: readonly ParameterDescription[]): string[] {
  return [`[${tomlPath(["sources", name])}]`, ...parameters.flatMap(parameterLines)];
}

function parameterLines(parameter: ParameterDescription): string[] {
  const { name, type, help, obtain, placeholder, isRequired } = parameter;
  const comments = [help, obtain].filter((text) => text?.trim()).map((text) =>
    `# ${commentText(text!, 150)}`
  );
  if (isRequired && placeholder !== undefined) {
    return [...comments, `${name} = ${stringLiteral(placeholder)}`];
  }
  const preset = parameter.default;
  const value = preset === undefined
    ? EMPTY_VALUES[type]
    : typeof preset === "string"
    ? stringLiteral(preset)
    : String(preset);
  // A number has no form that stands for "not yet known".
  return [...comments, `# ${name} = ${value}`];
}
