/**
 * The configuration of a project: environment, secrets.toml and config.toml, asked in dlt's order. It
 * turns parameter specifications into values and tells where each came from.
 * @module
 */
import { cast } from "./config_cast.ts";
import { type Environment, environmentOf } from "./config_environment.ts";
import { type ConfigFiles, lookUp, readConfigFiles, secretInConfig } from "./config_files.ts";
import { configMissing } from "./config_missing.ts";
import { isPlaceholder } from "./config_placeholder.ts";
import { type ConfigScope, paths, type Place, places } from "./config_places.ts";
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { Given, ParameterSpec, ParameterSpecs, Resolved } from "./parameters.ts";
import { Secret } from "./secret.ts";
import { isTomlTable } from "./toml_file.ts";

export { destinationSections, pipelineSections, sourceSections } from "./config_places.ts";

/** Where a configuration is read from. */
export interface ConfigurationOptions {
  /** The folder that holds `.dlt`; the environment's `DLT_PROJECT_DIR` goes before it. */
  readonly projectDirectory: string;
  /** Stands in for the process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Texts by TOML path, e.g. of command-line options; they go before every provider. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Stands in for the machine-wide folder, `~/.dlt`. */
  readonly machineFolder?: string;
}

/** Whose parameters are resolved, and where they may stand. */
export interface ResolveOptions<P extends ParameterSpecs> extends ConfigScope {
  /** For messages, e.g. `source okta`. */
  readonly owner: string;
  /** Explicit arguments; they go before everything else. */
  readonly given?: Given<P>;
}

/** A value that somebody asked for; secrets are boxed. */
export interface UsedValue {
  /** E.g. `source okta`. */
  readonly owner: string;
  readonly name: string;
  readonly value: unknown;
  /** Where it came from, for a person. */
  readonly from: string;
}

interface Found {
  readonly value: unknown;
  /** E.g. `environment variable API_TOKEN`, or a file and the path in it. */
  readonly origin: string;
  readonly file?: string;
}

/** What is still to be said about a group of parameters once all were looked at. */
interface Problems {
  readonly missing: string[];
  readonly placeholders: { key: string; found: Found }[];
}

/** A project's configuration, read once. */
export class Configuration {
  /** Sentences that the user should see, e.g. about a secrets file that others can read. */
  readonly warnings: readonly string[];
  /** The folder that the files belong to, after `DLT_PROJECT_DIR`. */
  readonly projectDirectory: string;
  /** The folder of the files themselves, normally `<projectDirectory>/.dlt`. */
  readonly folder: string;
  readonly #files: ConfigFiles;
  readonly #environment: Environment;
  readonly #overrides: Readonly<Record<string, string>>;
  readonly #onUse: (used: UsedValue) => void;

  private constructor(
    files: ConfigFiles,
    environment: Environment,
    overrides: Readonly<Record<string, string>>,
    onUse: (used: UsedValue) => void = () => {},
  ) {
    this.#files = files;
    this.#environment = environment;
    this.#overrides = overrides;
    this.#onUse = onUse;
    this.warnings = files.warnings;
    this.projectDirectory = files.projectDirectory;
    this.folder = files.folder;
  }

  /**
   * Reads the files of a project and of the machine. Files that do not exist are no error.
   *
   * @throws {ConfigError} `toml-syntax` or `config-unreadable`, naming the file.
   */
  static async load(options: ConfigurationOptions): Promise<Configuration> {
    const environment = environmentOf(options.env);
    const files = await readConfigFiles(options.projectDirectory, environment, options.machineFolder);
    return new Configuration(files, environment, options.overrides ?? {});
  }

  /** The same configuration, which tells of every value that is asked of it and found. */
  recording(onUse: (used: UsedValue) => void): Configuration {
    return new Configuration(this.#files, this.#environment, this.#overrides, (used) => {
      this.#onUse(used);
      onUse(used);
    });
  }

  /**
   * The values of a group of parameters, and in `origins` where each came from.
   *
   * @throws {ConfigError} one for all that is missing (`config-missing`) or still a template's text
   *   (`config-placeholder`); `config-cast`, `secret-in-config` or `config-unknown` for the first such value.
   */
  resolve<const P extends ParameterSpecs>(
    specs: P,
    where: ResolveOptions<P>,
  ): { values: Resolved<P>; origins: Record<string, string> } {
    const given: Readonly<Record<string, unknown>> = where.given ?? {};
    refuseUnknown(given, specs, where.owner);
    const values: Record<string, unknown> = {};
    const origins: Record<string, string> = {};
    const problems: Problems = { missing: [], placeholders: [] };
    for (const [key, spec] of Object.entries(specs)) {
      const found = this.#find(key, spec, where, Object.hasOwn(given, key) ? given[key] : undefined);
      if (found) {
        origins[key] = found.origin;
        values[key] = accept(key, spec, found, where.owner, problems);
        this.#onUse({ owner: where.owner, name: key, value: values[key], from: found.origin });
      } else if (spec.required) problems.missing.push(key);
    }
    const isReplaced = (key: string) =>
      specs[key].requiredUnless?.some((other) => values[other] !== undefined);
    for (const [key, { requiredUnless }] of Object.entries(specs)) {
      if (requiredUnless && !isReplaced(key) && !(key in values)) problems.missing.push(key);
    }
    // A template's text beside what stands in for it harms nobody: the value counts as not given.
    const placeholders = problems.placeholders.filter(({ key }) => !isReplaced(key));
    if (placeholders.length) throw placeholderError(where.owner, specs, placeholders);
    if (problems.missing.length) {
      throw configMissing({
        owner: where.owner,
        scope: where,
        specs,
        missing: problems.missing,
        files: this.#files,
        environment: this.#environment,
      });
    }
    return { values: values as Resolved<P>, origins };
  }

  /** Sentences about keys in an owner's own tables that it does not know, most likely misspelt. */
  strayKeys(
    specs: ParameterSpecs,
    { owner, sections }: { owner: string; sections: readonly string[][] },
  ): string[] {
    const known = Object.keys(specs).map((key) => key.split(".")[0]);
    const strays: string[] = [];
    for (const path of sections.filter((section) => section.length > 1)) {
      for (const provider of ["secrets.toml", "config.toml"] as const) {
        const found = lookUp(this.#files[provider], path);
        if (!found || !isTomlTable(found.value)) continue;
        for (const [key, value] of Object.entries(found.value)) {
          if (known.includes(key) || isTomlTable(value)) continue;
          const place = `${found.file.shown} at [${path.join(".")}]`;
          strays.push(`${owner} knows no "${key}", set in ${place}; did you mean "${nearest(key, known)}"?`);
        }
      }
    }
    return strays;
  }

  /** One value, e.g. `dataset_name` with the sections of a pipeline. */
  value<const S extends ParameterSpec>(
    key: string,
    spec: S,
    where: ConfigScope & { owner?: string } = { sections: [[]] },
  ): Resolved<{ value: S }>["value"] {
    const { values } = this.resolve({ [key]: spec }, { ...where, owner: where.owner ?? `"${key}"` });
    return (Object.hasOwn(values, key) ? values[key] : undefined) as Resolved<{ value: S }>["value"];
  }

  #find(key: string, spec: ParameterSpec, scope: ConfigScope, given: unknown): Found | undefined {
    if (given !== undefined && given !== null) return { value: given, origin: "argument" };
    const found = this.#override(key, scope) ?? this.#firstPlace(key, spec, scope);
    // A template's optional secret that was left empty says nothing.
    if (found && !(found.value === "" && spec.secret && !spec.required)) return found;
    return spec.default === undefined ? undefined : { value: spec.default, origin: "default" };
  }

  #override(key: string, scope: ConfigScope): Found | undefined {
    const prefixes = scope.pipelineName ? [[scope.pipelineName], []] : [[]];
    const path = prefixes.flatMap((prefix) => paths(key, scope, prefix)).map((parts) => parts.join("."))
      .find((name) => Object.hasOwn(this.#overrides, name));
    return path === undefined ? undefined : { value: this.#overrides[path], origin: `option ${path}` };
  }

  #firstPlace(key: string, spec: ParameterSpec, scope: ConfigScope): Found | undefined {
    const isWide = takesTable(spec) && scope.variables !== undefined;
    const sections = isWide ? scope.sections.filter(({ length }) => length > 1) : scope.sections;
    for (const place of places(key, { ...scope, sections })) {
      const found = this.#look(key, spec, place);
      if (found) return found;
    }
  }

  #look(key: string, spec: ParameterSpec, { provider, path, name }: Place): Found | undefined {
    if (provider === "environment") {
      const value = this.#environment.get(name);
      return value === undefined ? undefined : { value, origin: `environment variable ${name}` };
    }
    const found = lookUp(this.#files[provider], path);
    // A section may have the name of a parameter; only a table is looked for where a table is.
    if (!found || (isTomlTable(found.value) && !takesTable(spec))) return undefined;
    if (spec.secret && provider === "config.toml") throw secretInConfig(key, name, found.file);
    return { value: found.value, origin: `${found.file.shown} at ${name}`, file: found.file.shown };
  }
}

function takesTable({ type }: ParameterSpec): boolean {
  return type === "object" || type === "json";
}

/** The value as the owner will get it; a placeholder is noted and stands as it is until it is reported. */
function accept(key: string, spec: ParameterSpec, found: Found, owner: string, problems: Problems): unknown {
  const isBoxed = found.value instanceof Secret && spec.secret === true;
  const result = cast(isBoxed ? (found.value as Secret).reveal() : found.value, spec);
  if ("problem" in result) throw castError(key, spec, found, owner, result.problem);
  const isChecked = (spec.required || spec.secret) && found.origin !== "default";
  if (isChecked && typeof result.value === "string" && isPlaceholder(result.value)) {
    problems.placeholders.push({ key, found });
    return undefined;
  }
  if (!spec.secret) return result.value;
  return isBoxed ? found.value : new Secret(String(result.value));
}

function castError(
  key: string,
  spec: ParameterSpec,
  found: Found,
  owner: string,
  problem: string,
): ConfigError {
  const state = spec.secret ? typeName(found.value) : `${typeName(found.value)}${sample(found.value)}`;
  return new ConfigError(
    `Cannot use "${key}" of ${owner} as ${spec.type}: found ${state}, needed ${problem}`,
    {
      code: "config-cast",
      at: { file: found.file },
      next: `correct the ${found.origin === "argument" ? "argument" : `value of ${found.origin}`}`,
    },
  );
}

function typeName(value: unknown): string {
  if (value instanceof Secret || typeof value === "string") return "text";
  if (Array.isArray(value)) return "a list";
  if (isTomlTable(value)) return "a table";
  return value instanceof Date ? "a date" : typeof value;
}

/** Short plain values help to see the slip; long ones could be anything. */
function sample(value: unknown): string {
  const isPlain = ["string", "number", "boolean"].includes(typeof value);
  return isPlain && String(value).length <= 24 ? ` ${JSON.stringify(value)}` : "";
}

function placeholderError(
  owner: string,
  specs: ParameterSpecs,
  problems: Problems["placeholders"],
): ConfigError {
  const lines = problems.flatMap(({ key, found }) => [
    `  ${key}${specs[key].secret ? " (secret)" : ""}: ${found.origin}`,
    ...(specs[key].obtain ? [`    ${specs[key].obtain}`] : []),
  ]);
  const count = problems.length === 1 ? "1 value is" : `${problems.length} values are`;
  return new ConfigError(
    [`Cannot configure ${owner}: ${count} empty or still a placeholder`, ...lines].join("\n"),
    {
      code: "config-placeholder",
      at: { file: problems[0].found.file },
      next: `put the real ${problems.length === 1 ? "value" : "values"} there`,
    },
  );
}

function refuseUnknown(given: Readonly<Record<string, unknown>>, specs: ParameterSpecs, owner: string): void {
  const names = Object.keys(specs);
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(specs, key));
  if (unknown === undefined) return;
  throw new ConfigError(`Cannot configure ${owner}: there is no parameter "${unknown}"`, {
    code: "config-unknown",
    next: names.length ? `use "${nearest(unknown, names)}", or one of ${names.join(", ")}` : "leave it out",
  });
}
