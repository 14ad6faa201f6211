/**
 * A configuration without what its schema refused, so that the rest of it can be looked at, too: one fault must
 * not hide another. Pure.
 * @module
 */
import type { Problem } from "./problems.ts";
import type { ResourceEntry } from "./rest_api_config.ts";
import type { SourceParts } from "./source.ts";

type Steps = readonly PropertyKey[];

/** What can be looked at; a resource that cannot is undefined, so that the others keep their places. */
export interface SoundParts extends Omit<SourceParts, "resources"> {
  readonly resources: readonly (ResourceEntry | undefined)[];
}

/** What stands in for a part that is wrong, where leaving it out would look like a fault of its own. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  base_url: "https://localhost",
  method: "POST",
  incremental: { cursor_path: "x" },
};
const PARAM_STAND_IN = "x";
/** Without these a resource is none. */
const ESSENTIAL = new Set<PropertyKey>(["name", "records", "data_from"]);

/** @param problems those that the schema found */
export function soundParts(parts: SourceParts, problems: readonly Problem[]): SoundParts {
  const below = (...start: Steps) =>
    problems.flatMap(({ steps }) =>
      steps && start.every((step, index) => steps[index] === step) ? [steps.slice(start.length)] : []
    );
  const entries: readonly ResourceEntry[] = Array.isArray(parts.resources) ? parts.resources : [];
  return {
    client: without(parts.client, below("client")),
    resource_defaults: without(parts.resource_defaults, below("resource_defaults")),
    resources: entries.map((entry, index) => {
      const wrong = below("resources", index);
      return wrong.some(([key]) => key !== undefined && ESSENTIAL.has(key))
        ? undefined
        : without(entry, wrong);
    }),
  };
}

/** A value without what stands at some places in it; undefined when it is wrong itself. */
function without<T>(value: T, places: readonly Steps[]): T | undefined {
  if (!places.length) return value;
  if (places.some((steps) => !steps.length) || typeof value !== "object" || value === null) return undefined;
  const copy = { ...value } as Record<PropertyKey, unknown>;
  for (const [key, inner] of Map.groupBy(places, ([first]) => first!)) {
    const rest = inner.map((steps) => steps.slice(1));
    const part = key === "endpoint" ? without(copy[key], rest) : undefined;
    if (part !== undefined) copy[key] = part;
    else if (key === "params") Object.assign(copy, withoutParams(copy, rest));
    else if (Object.hasOwn(STAND_INS, key)) copy[key] = STAND_INS[String(key)];
    else delete copy[key];
  }
  return copy as T;
}

/** Parameters may stand in the path, so that they can only be stood in for. */
function withoutParams(endpoint: Readonly<Record<PropertyKey, unknown>>, places: readonly Steps[]): object {
  if (places.some((steps) => !steps.length)) return { params: undefined, path: undefined };
  const names = places.map(([name]) => [name!, PARAM_STAND_IN] as const);
  return { params: { ...endpoint.params as object, ...Object.fromEntries(names) } };
}
