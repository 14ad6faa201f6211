/**
 * The order in which a parameter is looked for, which is dlt's: with the pipeline's name in front in every
 * provider, then without it; inside a provider from the most specific section to none.
 * @module
 */
import { tomlKey } from "./toml_file.ts";

/** Where values come from besides arguments and defaults, in order. */
export const PROVIDERS = ["environment", "secrets.toml", "config.toml"] as const;
/** One of {@link PROVIDERS}. */
export type Provider = (typeof PROVIDERS)[number];

/** One place where a value may stand. */
export interface Place {
  readonly provider: Provider;
  /** Tables and key, outermost first. */
  readonly path: readonly string[];
  /** The environment variable, or the TOML path. */
  readonly name: string;
}

/** Which part of the configuration a group of parameters belongs to. */
export interface ConfigScope {
  /** Most specific first; `[]` is the top of the file. */
  readonly sections: readonly (readonly string[])[];
  readonly pipelineName?: string;
  /**
   * For what must not see what is meant for others: the only environment variables looked at that have no section in
   * their names, and tables are looked for in sections of its own name alone.
   */
  readonly variables?: readonly string[];
}

/** The sections of a source, most specific first. */
export function sourceSections(definition: { name: string; section?: string }): string[][] {
  const { name, section } = definition;
  if (section === undefined) return [["sources", name], ["sources"], []];
  const sections = [["sources", section, name], ["sources", section], ["sources", name], ["sources"], []];
  return section === name ? sections.toSpliced(2, 1) : sections;
}

/** The sections of a destination, most specific first. */
export function destinationSections(name: string): string[][] {
  return [["destination", name], ["destination"], []];
}

/** The sections of a pipeline's own settings, e.g. `dataset_name`. */
export function pipelineSections(name: string): string[][] {
  return [["pipelines", name], []];
}

/** Every path of a key in one provider and pass, most specific first. Dots in the key are tables. */
export function paths(key: string, scope: ConfigScope, prefix: readonly string[]): string[][] {
  return scope.sections.map((section) => [...prefix, ...section, ...key.split(".")]);
}

/** Every place of a key, in the order they are asked. */
export function places(key: string, scope: ConfigScope): Place[] {
  const passes = scope.pipelineName ? [[scope.pipelineName], []] : [[]];
  const isMeant = ({ provider, path, name }: Place) =>
    provider !== "environment" || path.length > 1 || (scope.variables?.includes(name) ?? true);
  return passes.flatMap((prefix) =>
    PROVIDERS.flatMap((provider) =>
      paths(key, scope, prefix).map((path) => ({
        provider,
        path,
        name: provider === "environment" ? environmentName(path) : tomlPath(path),
      })).filter(isMeant)
    )
  );
}

/** The environment variable of a path, e.g. `SOURCES__OKTA__API_TOKEN`. */
export function environmentName(path: readonly string[]): string {
  return path.join("__").toUpperCase();
}

/** A path as TOML writes it, e.g. `sources.okta.api_token`. */
export function tomlPath(path: readonly string[]): string {
  return path.map(tomlKey).join(".");
}

/** The section that a reader is told to write to: the shortest one that still names the owner. */
export function suggestedSection(sections: ConfigScope["sections"]): readonly string[] {
  const owner = sections[0]?.at(-1);
  return sections.findLast((section) => section.length > 1 && section.at(-1) === owner) ?? sections[0] ?? [];
}
