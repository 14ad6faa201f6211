/**
 * `sluice sources`: what can be loaded, and what each source needs to be told.
 * @module
 */
import type { Command } from "cli";
import { sourceSections } from "../pipeline/config.ts";
import { environmentName, suggestedSection, tomlPath } from "../pipeline/config_places.ts";
import type { ParameterSpec, ParameterSpecs } from "../pipeline/parameters.ts";
import { type ResolvedResource, resolveResource } from "../extract/definition/resolve.ts";
import { Secret } from "../pipeline/secret.ts";
import type { SourceDefinition } from "../extract/definition/source.ts";
import { partsOf } from "../extract/definition/validate.ts";
import { builtInSources } from "../sources/mod.ts";
import { aligned } from "./columns.ts";
import { findSource } from "./find_source.ts";
import { helpEnd } from "./help.ts";
import { print } from "./print.ts";

/** A source as the listing shows it; `--json` prints exactly this. */
export interface SourceListing {
  readonly name: string;
  readonly description?: string;
  /** Section of the TOML files that parameters go into. */
  readonly section: string;
  readonly pipeline_name?: string;
  readonly dataset_name?: string;
  readonly parameters: readonly ParameterListing[];
  readonly resources: readonly ResourceListing[];
}
/** A parameter of a {@link SourceListing}. */
export interface ParameterListing {
  readonly name: string;
  readonly type: string;
  readonly secret: boolean;
  readonly required: boolean;
  /** Not required once one of these is set. */
  readonly required_unless?: readonly string[];
  readonly default?: unknown;
  readonly help: string;
  readonly obtain?: string;
  readonly file: ".dlt/secrets.toml" | ".dlt/config.toml";
  readonly environment: string;
}
/** A resource of a {@link SourceListing}. */
export interface ResourceListing {
  readonly name: string;
  readonly description?: string;
  readonly endpoint: string;
  readonly selected: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command): void {
  command
    .argument("[source]", "only this one: a name, or a file such as ./pets.ts")
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(["sources", "sources okta", "sources --json"]))
    .action(async (only: string | undefined, { json }: { json?: boolean }) => {
      const names = only === undefined ? Object.keys(builtInSources) : [only];
      const sources: SourceListing[] = [];
      for (const name of names) sources.push(await listSource(name, (await findSource(name)).definition));
      print(json ? JSON.stringify({ ok: true, sources }) : sources.map(formatSource).join("\n\n"));
    });
}

/** Describes a source without any of its configuration. */
export async function listSource(name: string, definition: SourceDefinition): Promise<SourceListing> {
  const section = suggestedSection(sourceSections(definition));
  return {
    name,
    description: definition.description,
    section: tomlPath(section),
    pipeline_name: definition.pipelineName,
    dataset_name: definition.datasetName,
    parameters: Object.entries(definition.parameters).map(([key, spec]) => listParameter(key, spec, section)),
    resources: await listResources(definition),
  };
}

function listParameter(name: string, spec: ParameterSpec, section: readonly string[]): ParameterListing {
  return {
    name,
    type: spec.type,
    secret: spec.secret === true,
    required: spec.required === true,
    required_unless: spec.requiredUnless,
    default: spec.secret ? undefined : spec.default,
    help: spec.help,
    obtain: spec.obtain,
    file: spec.secret ? ".dlt/secrets.toml" : ".dlt/config.toml",
    environment: environmentName([...section, ...name.split(".")]),
  };
}

/** A source is data only once it is built, so it is built with values that merely have the right types. */
async function listResources(definition: SourceDefinition): Promise<ResourceListing[]> {
  const built = await definition.build(standIns(definition.parameters) as never);
  const { resources, resource_defaults: defaults, client } = partsOf(built);
  return resources.map((entry) => {
    const resource = resolveResource(entry, { defaults, client });
    const { name, settings: { description, selected } } = resource;
    return { name, description, endpoint: endpointText(resource), selected: selected !== false };
  });
}

function standIns(specs: ParameterSpecs): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const isNeeded = spec.required || spec.requiredUnless;
    if (spec.default !== undefined) values[key] = spec.default;
    else if (isNeeded) values[key] = spec.secret ? new Secret("none") : STAND_INS[spec.type](spec);
  }
  return values;
}

const STAND_INS: Record<ParameterSpec["type"], (spec: ParameterSpec) => unknown> = {
  text: ({ oneOf }) => oneOf?.[0] ?? "https://listing.invalid",
  integer: () => 1,
  number: () => 1,
  boolean: () => false,
  list: () => [],
  object: () => ({}),
  json: () => [],
};

function endpointText({ endpoint, reads }: ResolvedResource): string {
  if (!endpoint) return reads ?? "own code";
  const path = endpoint.path.replace(/\{resources\.([^}]*)\}/g, "{$1}");
  return `${endpoint.method} ${/^https?:/i.test(path) ? path : `/${path.replace(/^\//, "")}`}`;
}

/** Here the lists say all there is, however long. */
const LAYOUT = { indent: "    ", most: Infinity };

/** The listing of one source as text. */
export function formatSource(source: SourceListing): string {
  const lines = [`${source.name}${source.description ? `: ${source.description}` : ""}`];
  if (source.pipeline_name) {
    lines.push(
      `  pipeline ${source.pipeline_name}, dataset ${
        source.dataset_name ?? `${source.pipeline_name}_dataset`
      }`,
    );
  }
  const loaded = source.resources.filter(({ selected }) => selected);
  const others = source.resources.filter(({ selected }) => !selected);
  if (loaded.length) lines.push("", "  Resources", ...resourceLines(loaded, source.resources));
  if (others.length) {
    lines.push("", "  Loaded only when named with --resources", ...resourceLines(others, source.resources));
  }
  lines.push(
    "",
    `  Parameters, below [${source.section}] in .dlt/config.toml, secrets in .dlt/secrets.toml;`,
    `  or as environment variables that start with ${environmentPrefix(source)}`,
    ...aligned(
      source.parameters.map((parameter) => [parameter.name, needText(parameter), parameter.help]),
      LAYOUT,
    ),
  );
  return lines.join("\n");
}

function environmentPrefix({ section }: SourceListing): string {
  return `${environmentName(section.split("."))}__`;
}

function resourceLines(resources: readonly ResourceListing[], all: readonly ResourceListing[]): string[] {
  const widths = [0, 1].map((index) => Math.max(...all.map((each) => cells(each)[index].length)));
  return aligned(resources.map(cells), { ...LAYOUT, widths });
}

function cells({ name, endpoint, description = "" }: ResourceListing): string[] {
  return [name, endpoint, description];
}

function needText({ secret, required, required_unless, default: standard }: ParameterListing): string {
  const need = required
    ? "required"
    : required_unless
    ? `required without ${required_unless.join(" or ")}`
    : typeof standard === "object" || standard === undefined
    ? "optional"
    : `default ${standard}`;
  return secret ? `${need}, secret` : need;
}
