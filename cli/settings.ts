/**
 * Settings of a source as a person reads them: names, values with secrets masked, and where each was set.
 * @module
 */
import type { ResolvedResource } from "../extract/definition/resolve.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { Double, stringifyJson } from "../pipeline/json.ts";
import type { BuiltSource } from "../pipeline/build_source.ts";
import { redact, Secret } from "../pipeline/secret.ts";
import { dispositionOf } from "../pipeline/table_hints.ts";
import { CLIENT_DEFAULTS } from "../rest/client.ts";
import type { Paginator } from "../rest/types.ts";
import { createPaginator } from "../rest/paginators/mod.ts";

/** One setting. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** `resource`, `resource_defaults`, `client`, `single entity`, `default`, or what detection went by. */
  readonly from: string;
}

/** Parameters with where each comes from. */
export function parameterSettings({ values, origins }: BuiltSource): Setting[] {
  return Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: redact(shown(value)), from: origins[name] ?? "default" }));
}

/** Settings as rows of a table. */
export function settingRows(settings: readonly Setting[]): string[][] {
  return settings.map(({ name, value, from }) => [name, value, from]);
}

/** A value in one line: functions are only named; secrets, credentials and header values are stars. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value;
  const plain = plainOf(value);
  return typeof plain === "string" ? plain : stringifyJson(plain) ?? String(plain);
}

function plainOf(value: unknown, key = ""): unknown {
  if (value instanceof Secret) return "***";
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (key === "auth") return authText(value);
  if (Array.isArray(value)) return value.map((each) => plainOf(each));
  if (value === null || typeof value !== "object" || value instanceof Double) return value;
  const inner = Object.entries(value).map(([name, each]) => [
    name,
    key === "headers" ? "***" : plainOf(each, name),
  ]);
  return Object.fromEntries(inner);
}

/** How a paginator is said in one line: its type, and the options that differ from nothing. */
export function paginatorText({ type, options = {} }: Paginator): string {
  const pairs = Object.entries(options).filter(([, value]) => value !== null && value !== undefined);
  return pairs.length
    ? `${type} (${pairs.map(([name, value]) => `${name} ${shown(value)}`).join(", ")})`
    : type;
}

/** How authentication is said: its kind and the names of what it was given, never a value. */
function authText(auth: unknown): string {
  if (auth === null || auth === undefined) return "none";
  if (typeof auth === "string") return auth;
  if (typeof auth === "function") return "own function";
  const { type = "bearer", headers, ...fields } = auth as Record<string, unknown>;
  const names = typeof headers === "function" ? [] : Object.keys(fields);
  return names.length ? `${type} (${names.map((name) => `${name} ***`).join(", ")})` : String(type);
}

const DEFAULTS: Readonly<Record<string, unknown>> = { auth: null, ...CLIENT_DEFAULTS };

/** The settings of the connection. */
export function clientSettings({ client }: ResolvedSource): Setting[] {
  if (!client) return [];
  const given = client as unknown as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(given), ...Object.keys(DEFAULTS)])];
  return names.filter((name) => given[name] !== undefined || name in DEFAULTS).map((name) => {
    const isSet = given[name] !== undefined;
    return {
      name,
      value: clientValue(name, isSet ? given[name] : DEFAULTS[name]),
      from: isSet ? "client" : "default",
    };
  });
}

function clientValue(name: string, value: unknown): string {
  if (name === "auth") return authText(value);
  // A header of the client may be a credential.
  if (name === "headers") {
    return Object.keys((value ?? {}) as object).map((key) => `${key} ***`).join(", ") || "none";
  }
  if (name === "paginator") return paginatorText(createPaginator(value as never));
  return shown(value);
}

/** Every effective setting of a resource. What detection found, if it was asked, goes before "detection". */
export function resourceSettings(
  resource: ResolvedResource,
  found: { readonly paginator?: Paginator; readonly selector?: string } = {},
): Setting[] {
  const { endpoint, origins, settings, incremental, records } = resource;
  const list: Setting[] = [];
  const add = (name: string, value: string, from: string = origins[name] ?? "default") =>
    list.push({ name, value, from });
  if (endpoint) {
    const { config } = endpoint;
    add("endpoint.method", endpoint.method);
    add("endpoint.path", endpoint.path);
    for (const part of ["params", "json", "headers"] as const) addParts(part, config[part], add);
    if (config.data !== undefined && config.data !== null) add("endpoint.data", shown(config.data));
    addPaginator(resource, found.paginator, add);
    addSelector(resource, found.selector, add);
    if (endpoint.response_actions.length) {
      add("endpoint.response_actions", shown(endpoint.response_actions));
    }
    if (endpoint.response_format) add("endpoint.response_format", endpoint.response_format);
    add(
      "endpoint.auth",
      endpoint.auth === undefined ? "the client's" : authText(endpoint.auth),
      origins["endpoint.auth"] ?? "client",
    );
  } else {
    add("records", shown(records), "resource");
    if (resource.parent !== undefined) add("data_from", resource.parent, "resource");
  }
  if (incremental) add("incremental", shown(incremental), origins["endpoint.incremental"] ?? "resource");
  const { disposition, strategy } = dispositionOf(settings);
  add("write_disposition", strategy ? `${disposition} (${strategy})` : disposition);
  for (const [name, value] of Object.entries(settings)) {
    if (name !== "write_disposition" && value !== undefined && value !== null) add(name, shown(value));
  }
  return list;
}

type Add = (name: string, value: string, from?: string) => void;

function addParts(part: string, value: unknown, add: Add): void {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    if (value !== undefined && value !== null) add(`endpoint.${part}`, shown(value));
    return;
  }
  for (const [name, each] of Object.entries(value)) {
    add(`endpoint.${part}.${name}`, part === "headers" ? "***" : shown(each));
  }
}

function addPaginator({ endpoint, origins }: ResolvedResource, found: Paginator | undefined, add: Add): void {
  const name = "endpoint.paginator";
  if (origins[name] !== "detection") return add(name, paginatorText(createPaginator(endpoint!.paginator)));
  if (!found) return add(name, "auto", "detection, on the first page");
  add(name, paginatorText(found), `detected: ${found.reason ?? "by the first page"}`);
}

function addSelector({ endpoint, origins }: ResolvedResource, found: string | undefined, add: Add): void {
  const name = "endpoint.data_selector";
  if (origins[name] !== "detection") return add(name, endpoint!.data_selector!);
  if (found === undefined) return add(name, "auto", "detection, on the first page");
  add(name, found, "detected: where the records are on the first page");
}
