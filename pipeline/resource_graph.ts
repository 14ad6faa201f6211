/**
 * Which resources a run reads, in what order, and who feeds whom.
 * @module
 */
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import {
  type EndpointConfig,
  isHandWritten,
  type Resource,
  type ResourceConfig,
  type SourceParts,
} from "./source.ts";
import { parentOf } from "../rest/placeholders.ts";

/** A resource with its place among the others. */
export interface ResourceNode {
  readonly resource: Resource;
  readonly name: string;
  readonly parent?: ResourceNode;
  readonly children: ResourceNode[];
  /** Its records are loaded; otherwise it is only read for the sake of its children. */
  readonly loads: boolean;
}

/** Spells out short forms and lays the defaults underneath. */
export function expandResource(
  resource: string | Resource,
  defaults: SourceParts["resource_defaults"],
): Resource {
  if (typeof resource === "string") return expandResource({ name: resource }, defaults);
  if (isHandWritten(resource)) return resource;
  const own = endpointOf(resource);
  const shared: EndpointConfig = defaults ? endpointOf(defaults as ResourceConfig) : {};
  const params = { ...shared.params, ...own.params };
  return { ...defaults, ...resource, endpoint: { ...shared, path: resource.name, ...own, params } };
}

/** The endpoint of a resource as an object. */
export function endpointOf(resource: ResourceConfig): EndpointConfig {
  return typeof resource.endpoint === "string" ? { path: resource.endpoint } : resource.endpoint ?? {};
}

/** The name of the resource that feeds this one. */
export function parentName(resource: Resource): string | undefined {
  if (isHandWritten(resource)) return undefined;
  const { path = "", params = {}, headers = {}, json } = endpointOf(resource);
  return parentOf([
    path,
    ...Object.values(params).map(String),
    ...Object.values(headers),
    JSON.stringify(json ?? null),
  ]);
}

/**
 * The resources to read, parents before children.
 *
 * @param selected names to load; undefined for those selected by default
 * @throws {ConfigError} for an unknown resource or parent, a name given twice or a cycle
 */
export function resourceGraph(parts: SourceParts, selected?: readonly string[]): ResourceNode[] {
  const resources = new Map<string, Resource>();
  for (const item of parts.resources) {
    const resource = expandResource(item, parts.resource_defaults);
    if (resources.has(resource.name)) {
      throw new ConfigError(`Cannot define resource "${resource.name}": it is defined already`, {
        code: "duplicate-resource",
      });
    }
    resources.set(resource.name, resource);
  }
  checkNames(selected ?? [], [...resources.keys()]);
  const wanted = new Set(
    selected ?? [...resources.values()].filter((each) => each.selected !== false).map((each) => each.name),
  );
  const nodes = new Map<string, ResourceNode>();
  const visit = (name: string, from: readonly string[]): ResourceNode => {
    const known = nodes.get(name);
    if (known) return known;
    if (from.includes(name)) {
      throw new ConfigError(`Cannot order the resources: ${[...from, name].join(" → ")} is a circle`, {
        code: "resource-cycle",
      });
    }
    const resource = resources.get(name);
    if (!resource) {
      throw new ConfigError(
        `Cannot read "${from.at(-1)}": its parent "${name}" is no resource of this source`,
        {
          code: "unknown-parent",
          next: `did you mean "${nearest(name, [...resources.keys()])}"?`,
        },
      );
    }
    const above = parentName(resource);
    const parent = above === undefined ? undefined : visit(above, [...from, name]);
    const node: ResourceNode = { resource, name, parent, children: [], loads: wanted.has(name) };
    parent?.children.push(node);
    nodes.set(name, node);
    return node;
  };
  for (const name of resources.keys()) if (wanted.has(name)) visit(name, []);
  return [...nodes.values()];
}

function checkNames(selected: readonly string[], known: readonly string[]): void {
  const unknown = selected.filter((name) => !known.includes(name));
  if (!unknown.length) return;
  throw new ConfigError(`Cannot read "${unknown[0]}": the source has no such resource`, {
    code: "unknown-resource",
    next: `did you mean "${nearest(unknown[0], known)}"? The resources are ${known.join(", ")}`,
  });
}
