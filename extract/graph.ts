/**
 * Which resources a run reads, in what order, and who feeds whom.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { dispositionOf } from "../pipeline/table_hints.ts";
import type { ResolvedResource } from "./definition/resolve.ts";

/** A resource with its place among the others. */
export interface ResourceNode {
  readonly resource: ResolvedResource;
  readonly name: string;
  readonly parent?: ResourceNode;
  readonly children: ResourceNode[];
  /** Its records are loaded; otherwise it is only read for the sake of its children. */
  readonly loads: boolean;
}

/**
 * The resources to read, parents before children.
 *
 * @param resources of a source that is known to be valid
 * @param selected names to load; undefined for those selected by default
 * @throws {ConfigError} "unknown-resource"
 */
export function resourceGraph(
  resources: readonly ResolvedResource[],
  selected?: readonly string[],
): ResourceNode[] {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  checkNames(selected ?? [], [...byName.keys()]);
  const named = selected ?? resources.filter(isSelected).map(({ name }) => name);
  const wanted = new Set(named.filter((name) => !isSkipped(byName.get(name)!)));
  const nodes = new Map<string, ResourceNode>();
  const visit = (resource: ResolvedResource): ResourceNode => {
    const known = nodes.get(resource.name);
    if (known) return known;
    const parent = resource.parent === undefined ? undefined : visit(byName.get(resource.parent)!);
    const node: ResourceNode = {
      resource,
      name: resource.name,
      parent,
      children: [],
      loads: wanted.has(resource.name),
    };
    parent?.children.push(node);
    nodes.set(resource.name, node);
    return node;
  };
  for (const resource of resources) if (wanted.has(resource.name)) visit(resource);
  return [...nodes.values()];
}

function isSelected({ settings }: ResolvedResource): boolean {
  return settings.selected !== false;
}

/** Not even read for its own sake: a cursor that moved past rows that nobody took could not be told to go back. */
function isSkipped({ settings }: ResolvedResource): boolean {
  return dispositionOf(settings).disposition === "skip";
}

/** Refuses names that are none. @throws {ConfigError} "unknown-resource" naming the nearest */
export function checkNames(selected: readonly string[], known: readonly string[], verb = "read"): void {
  const unknown = selected.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`Cannot ${verb} "${unknown}": the source has no such resource`, {
    code: "unknown-resource",
    next: `did you mean "${nearest(unknown, known)}"? The resources are ${known.join(", ")}`,
  });
}
