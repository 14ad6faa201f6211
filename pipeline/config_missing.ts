/**
 * The one report about everything that is missing: every place that was looked at, in order, the lines to
 * add, and where to get the values.
 * @module
 */
import { distance } from "levenshtein";
import { ConfigError } from "./errors.ts";
import { type ConfigFiles, lookUp } from "./config_files.ts";
import type { Environment } from "./config_environment.ts";
import {
  type ConfigScope,
  environmentName,
  type Place,
  places,
  type Provider,
  suggestedSection,
  tomlPath,
} from "./config_places.ts";
import type { ParameterSpec, ParameterSpecs, ParameterType } from "./parameters.ts";
import { isTomlTable, tomlKey } from "./toml_file.ts";

/** What the report is about. */
export interface MissingReport {
  /** E.g. `source okta`. */
  readonly owner: string;
  readonly scope: ConfigScope;
  /** All parameters of the owner. */
  readonly specs: ParameterSpecs;
  /** Names of those that are missing. */
  readonly missing: readonly string[];
  readonly files: ConfigFiles;
  readonly environment: Environment;
}

const EXAMPLES: Record<ParameterType, string> = {
  text: '"…"',
  integer: "0",
  number: "0.0",
  boolean: "true",
  list: '["…"]',
  object: "{ }",
  json: "[]",
};

/** The error that reports everything that is missing. */
export function configMissing(report: MissingReport): ConfigError {
  const { owner, scope, missing, specs, files } = report;
  const count = missing.length === 1 ? "1 required value is" : `${missing.length} required values are`;
  const lines = [`Cannot configure ${owner}: ${count} missing`];
  for (const key of missing) lines.push("", ...placesLookedAt(key, report));
  for (const [provider, keys] of byFile(missing, specs)) {
    lines.push("", `  Add to ${files[provider][0]?.shown ?? provider}:`, ...linesToAdd(keys, report));
  }
  const section = suggestedSection(scope.sections);
  const variables = missing.map((key) => environmentName([...section, ...key.split(".")]));
  return new ConfigError(lines.join("\n"), {
    code: "config-missing",
    next: `add the lines above, or set the environment variable${missing.length === 1 ? "" : "s"} ${
      variables.join(" and ")
    }`,
  });
}

function placesLookedAt(key: string, report: MissingReport): string[] {
  const spec = report.specs[key];
  const lines = [`  ${key}${spec.secret ? " (secret)" : ""}: ${spec.help}`];
  if (spec.obtain) lines.push(`    ${spec.obtain}`);
  if (spec.requiredUnless) lines.push(`    not needed when ${spec.requiredUnless.join(" or ")} is set`);
  let group = "";
  for (const place of places(key, report.scope)) {
    if (spec.secret && place.provider === "config.toml") continue;
    const title = providerTitle(place.provider, report);
    if (title !== group) lines.push(`    looked in ${title}`);
    group = title;
    lines.push(`      ${place.name}${placeNote(place, report)}`);
  }
  return [...lines, ...nearMisses(key, report)];
}

function providerTitle(provider: Provider, { files }: MissingReport): string {
  if (provider === "environment") return "the environment";
  return files[provider].map((file) => file.exists ? file.shown : `${file.shown} (no such file)`).join(
    ", then ",
  );
}

function placeNote(place: Place, { files, environment }: MissingReport): string {
  if (place.provider === "environment") {
    return environment.readable(place.name) ? "" : " (no permission to read it)";
  }
  return isTomlTable(lookUp(files[place.provider], place.path)?.value) ? " (a section, not a value)" : "";
}

/** Keys in the same sections that look like a slip of the pen. */
function nearMisses(key: string, { scope, specs, files }: MissingReport): string[] {
  const path = key.split(".");
  const prefixes = scope.pipelineName ? [[scope.pipelineName], []] : [[]];
  const found = new Set<string>();
  for (const provider of ["secrets.toml", "config.toml"] as const) {
    for (const section of prefixes.flatMap((prefix) => scope.sections.map((part) => [...prefix, ...part]))) {
      const table = [...section, ...path.slice(0, -1)];
      const hit = lookUp(files[provider], table);
      if (!isTomlTable(hit?.value)) continue;
      for (const other of Object.keys(hit.value)) {
        const name = [...path.slice(0, -1), other].join(".");
        if (Object.hasOwn(specs, name) || distance(other, path.at(-1)!) > 2) continue;
        found.add(`    found ${tomlPath([...table, other])} in ${hit.file.shown}: is it meant to be ${key}?`);
      }
    }
  }
  return [...found];
}

function byFile(
  missing: readonly string[],
  specs: ParameterSpecs,
): ["secrets.toml" | "config.toml", string[]][] {
  const isSecret = (key: string) => specs[key].secret === true;
  const secrets = missing.filter(isSecret);
  const others = missing.filter((key) => !isSecret(key));
  return ([["secrets.toml", secrets], ["config.toml", others]] as [
    "secrets.toml" | "config.toml",
    string[],
  ][])
    .filter(([, keys]) => keys.length > 0);
}

function linesToAdd(keys: readonly string[], { scope, specs }: MissingReport): string[] {
  const lines: string[] = [];
  let section = "";
  for (const key of keys) {
    const path = key.split(".");
    const table = tomlPath([...suggestedSection(scope.sections), ...path.slice(0, -1)]);
    if (table !== section) lines.push(`    [${table}]`);
    section = table;
    lines.push(`    ${tomlKey(path.at(-1)!)} = ${exampleOf(specs[key])}`);
  }
  return lines;
}

function exampleOf(spec: ParameterSpec): string {
  return spec.oneOf ? JSON.stringify(spec.oneOf[0]) : EXAMPLES[spec.type];
}
