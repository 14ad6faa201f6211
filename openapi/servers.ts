/**
 * Where an API lives, by what its document says of servers.
 * @module
 */
import { isPlaceholder } from "../pipeline/config_placeholder.ts";
import type { OpenApiDocument } from "./document.ts";
import { listAt, own, textAt } from "./tree.ts";

/** The address that all paths are below, when there is one. */
export interface Servers {
  readonly baseUrl?: string;
  /** What to put into the configuration when the address is not known; keeps the path that is. */
  readonly placeholder: string;
  readonly notes: readonly string[];
}

const UNKNOWN_HOST = "https://{your-api-host}";

/** Reads the servers of a document. */
export function serversOf({ root, major }: OpenApiDocument): Servers {
  const written = major === 2
    ? swaggerAddresses(root)
    : listAt(root, "servers").slice(0, 50).map(serverAddress);
  const addresses = written.filter((each) => each !== undefined);
  const known = addresses.map(absoluteUrl);
  const index = known.findIndex((url) => url !== undefined);
  const others = known.filter((url, at) => url !== undefined && at !== index && url !== known[index]);
  return {
    baseUrl: known[index],
    placeholder: placeholderFor(addresses[0] ?? ""),
    notes: [...new Set(others)].slice(0, 5).map((url) => `another server: ${url}`),
  };
}

/** The address of one server of OpenAPI 3, with its variables filled in by their defaults. */
export function serverAddress(server: unknown): string | undefined {
  const variables = own(server, "variables");
  return textAt(server, "url")?.replace(/\{([^{}]*)\}/g, (whole, name) => {
    const preset = own(own(variables, name), "default");
    return typeof preset === "string" || typeof preset === "number" ? String(preset) : whole;
  }).trim();
}

function swaggerAddresses(root: unknown): string[] {
  const host = textAt(root, "host");
  const path = textAt(root, "basePath") ?? "";
  const schemes = listAt(root, "schemes").filter((each) => each === "https" || each === "http");
  const scheme = schemes.includes("https") || schemes.length === 0 ? "https" : "http";
  return [host ? `${scheme}://${host}/${path.replace(/^\/+/, "")}` : path];
}

/** An address as a base URL; undefined for one that is relative, a template or not for HTTP. */
export function absoluteUrl(address: string): string | undefined {
  if (!/^(?:https?:)?\/\//i.test(address) || /[{}<>\s]/.test(address) || isPlaceholder(address)) {
    return undefined;
  }
  try {
    const url = new URL(address.startsWith("//") ? `https:${address}` : address);
    // Credentials, queries and fragments are no part of where an API lives.
    return url.hostname ? `${url.origin}${url.pathname}`.replace(/\/+$/, "") : undefined;
  } catch {
    return undefined;
  }
}

/** A relative address still tells the path; of a template the fixed path is kept. */
function placeholderFor(address: string): string {
  const path = address.replace(/^(?:[a-z]+:)?\/\/[^/]*/i, "").split(/[?#]/)[0];
  const kept = /^[\w\-./~%]*$/.test(path) ? path.replace(/^\/*/, "/").replace(/\/+$/, "") : "";
  return `${UNKNOWN_HOST}${kept}`;
}
