/**
 * What is wrong between resources: names given twice, parents that are none, circles. Pure.
 * @module
 */
import { type Problem, suggestion } from "./problems.ts";
import { parentUses } from "./references.ts";
import type { ResolvedResource } from "./resolve.ts";
import type { ResourceEntry } from "./rest_api_config.ts";
import type { PlacedResource } from "./validate.ts";

/** @param entries all of them, also those that could not be spelled out: they have names, too */
export function graphProblems(
  placed: readonly PlacedResource[],
  entries: readonly ResourceEntry[],
): Problem[] {
  const names = entries.map(nameOf);
  const known = names.filter((name) => name !== undefined);
  return [
    ...duplicates(names),
    ...placed.flatMap(({ at, resource }) => unknownNames(resource, { at, known })),
    ...circles(placed),
  ];
}

function nameOf(entry: ResourceEntry | null | undefined): string | undefined {
  const name = typeof entry === "string" ? entry : entry?.name;
  return typeof name === "string" && name ? name : undefined;
}

function duplicates(names: readonly (string | undefined)[]): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return [{
      path: `resources[${index}].name`,
      text: `"${name}" is the name of resources[${first}] already; each needs one of its own`,
    }];
  });
}

/** Resources that are referred to and do not exist, each once. */
function unknownNames(
  resource: ResolvedResource,
  { at, known }: { at: string; known: readonly string[] },
): Problem[] {
  const { endpoint, parent, settings, name: own } = resource;
  const uses = endpoint
    ? parentUses(endpoint.config).map((use) => ({ ...use, place: `endpoint.${use.place}` }))
    : parent === undefined
    ? []
    : [{ place: "data_from", resource: parent }];
  const copied = settings.copies_of;
  if (copied !== undefined) uses.push({ place: "copies_of", resource: copied, field: "" });
  const unknown = new Map(
    uses.filter((use) => !known.includes(use.resource)).map((use) => [use.resource, use]),
  );
  const instead = (name: string) => {
    const text = suggestion(name, known);
    // A resource is no parent of itself.
    return text === `did you mean "${own}"?` ? suggestion(name, known.filter((each) => each !== own)) : text;
  };
  return [...unknown.values()].map(({ place, resource }) => ({
    path: `${at}.${place}`,
    text: `refers to "${resource}", which is no resource of this source; ${instead(resource)}`,
  }));
}

function circles(placed: readonly PlacedResource[]): Problem[] {
  const byName = new Map(placed.map((each) => [each.resource.name, each]));
  const told = new Set<string>();
  return placed.flatMap(({ at, resource: { name } }): Problem[] => {
    const circle = circleFrom(name, byName);
    if (!circle || circle.some((each) => told.has(each))) return [];
    circle.forEach((each) => told.add(each));
    const text = circle.length === 1
      ? "is its own parent; refer to another resource"
      : `is in a circle of parents, ${[...circle, circle[0]].join(" → ")}; one of them has to come first`;
    return [{ path: at, text }];
  });
}

function circleFrom(start: string, byName: ReadonlyMap<string, PlacedResource>): string[] | undefined {
  const path = [start];
  for (let at = byName.get(start)?.resource.parent; at !== undefined; at = byName.get(at)?.resource.parent) {
    if (path.includes(at)) return path.slice(path.indexOf(at));
    path.push(at);
  }
  return undefined;
}
