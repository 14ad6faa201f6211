/**
 * Where resources may be read from: below `base_url`, at a whole URL that the author wrote, or, without a
 * `base_url`, at the origin that their parent was read from. Pure.
 * @module
 */
import type { ClientConfig } from "../../rest/types.ts";
import type { Problem } from "./problems.ts";
import { isAddressedByData, isWholeUrl } from "./references.ts";
import type { ResolvedResource } from "./resolve.ts";
import type { PlacedResource } from "./validate.ts";

/** What is wrong with the addresses of resources whose client has no `base_url`. */
export function addressProblems(placed: readonly PlacedResource[], { base_url }: ClientConfig): Problem[] {
  if (base_url !== "") return [];
  const resources = placed.map(({ resource }) => resource);
  const reading = placed.filter(({ resource }) => resource.endpoint);
  if (reading.length && reading.every(({ resource }) => !hasAddress(resource))) {
    return [{ path: "client.base_url", text: "is empty; set it to the address that the paths are below" }];
  }
  return reading.flatMap(({ at, resource }): Problem[] => {
    const path = `${at}.endpoint.path`;
    if (!hasAddress(resource)) {
      return [{ path, text: "is no whole URL, which it has to be, because client.base_url is empty" }];
    }
    if (isWholeUrl(resource.endpoint!.config) || parentOrigin(resource, resources) !== undefined) return [];
    return [{
      path,
      text: "takes its address from records; set client.base_url to say which server it may be",
    }];
  });
}

function hasAddress({ endpoint }: ResolvedResource): boolean {
  return isWholeUrl(endpoint!.config) || isAddressedByData(endpoint!.config);
}

/** The resources with the origin that each may be read from, where that is not the client's. */
export function withParentOrigins(
  resources: readonly ResolvedResource[],
  client: ClientConfig | undefined,
): ResolvedResource[] {
  if (client?.base_url !== "") return [...resources];
  return resources.map((resource) => {
    const { endpoint } = resource;
    const origin = endpoint && (endpoint.origin ?? parentOrigin(resource, resources));
    return origin === undefined ? resource : { ...resource, endpoint: { ...endpoint!, origin } };
  });
}

/** The origin of the nearest parent that has one of its own. */
function parentOrigin(
  resource: ResolvedResource,
  resources: readonly ResolvedResource[],
): string | undefined {
  const seen = new Set<ResolvedResource>();
  let at: ResolvedResource | undefined = resource;
  while (at && !seen.has(at)) {
    seen.add(at);
    if (at.endpoint?.origin !== undefined) return at.endpoint.origin;
    const { parent }: ResolvedResource = at;
    at = resources.find(({ name }) => name === parent);
  }
  return undefined;
}
