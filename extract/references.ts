/**
 * What the placeholders of an endpoint refer to: its parent, the parameters of its path, its cursor. Finds out,
 * and finds what is wrong with it. Pure.
 * @module
 */
import { jsonPath } from "../pipeline/json_path.ts";
import { nearest } from "../pipeline/nearest.ts";
import { isSecure } from "../rest/origin.ts";
import type { ClientConfig } from "../rest/types.ts";
import {
  ABSENT,
  fill,
  INCREMENTAL_ATTRIBUTES,
  parseTemplate,
  type Placeholder,
  reference,
} from "./placeholders.ts";
import { type Problem, problemOf } from "./problems.ts";
import { isBound, type PathValue, templateUses } from "./request_template.ts";
import type { EndpointConfig, IncrementalConfig, ParamValue, ResolveParam } from "./rest_api_config.ts";

/** What {@link pathValuesOf} finds. */
export interface PathFacts {
  /** Parameters that stand in the path, and leave the query. */
  readonly pathValues: ReadonlyMap<string, PathValue>;
  /** The first parent that anything refers to. */
  readonly parent?: string;
  /** The origin that the path names, when it is not the client's. */
  readonly origin?: string;
}

/** Where the values of a path come from, and who the parent is. */
export function pathValuesOf(config: EndpointConfig, client?: ClientConfig): PathFacts {
  const params = config.params ?? {};
  const pathValues = new Map<string, PathValue>();
  for (const name of pathNames(config.path ?? "")) {
    if (Object.hasOwn(params, name)) pathValues.set(name, pathValue(params[name]));
  }
  return { pathValues, parent: parentsOf(config)[0], origin: foreignOrigin(config, client) };
}

/** Names in a path that are neither a parent's field nor a cursor. */
function pathNames(path: string): string[] {
  return placeholdersOf(path).flatMap(({ expression }) => {
    const found = reference(expression);
    return found.kind === "param" ? [found.name] : [];
  });
}

function placeholdersOf(text: string): Placeholder[] {
  try {
    return parseTemplate(text).filter((part): part is Placeholder => typeof part !== "string");
  } catch {
    return [];
  }
}

function pathValue(value: unknown): PathValue {
  if (isBound(value)) {
    const { resource, field } = value as ResolveParam;
    const placeholder = { expression: `resources.${resource}.${field}`, format: "", isWhole: true };
    return (lookUp) => lookUp(placeholder);
  }
  if (typeof value !== "string") return () => value as ParamValue;
  const template = parseTemplate(value);
  return (lookUp) => {
    const text = fill(template, lookUp);
    return text === ABSENT ? undefined : text;
  };
}

/** All parents that an endpoint refers to, each once. */
export function parentsOf(config: EndpointConfig): string[] {
  const parents = templateUses(config).flatMap(({ placeholders }) =>
    placeholders.map(({ expression }) => reference(expression)).flatMap((found) =>
      found.kind === "resource" ? [found.resource] : []
    )
  );
  for (const value of Object.values(config.params ?? {})) {
    if (isBound(value) && value.type === "resolve") parents.push((value as ResolveParam).resource);
  }
  return [...new Set(parents)];
}

/** The origin of a whole URL in a path, unless it is the client's. Values of parents never decide it. */
function foreignOrigin({ path = "", params }: EndpointConfig, client?: ClientConfig): string | undefined {
  if (!/^https?:\/\//i.test(path)) return undefined;
  const text = path.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = params?.[name];
    return typeof value === "string" && !/[{}]/.test(value) ? value : all;
  });
  const host = /^https?:\/\/[^/?#]*/i.exec(text)![0];
  const origin = /[{}]/.test(host) ? undefined : URL.parse(host)?.origin;
  return origin === undefined || origin === URL.parse(client?.base_url ?? "")?.origin ? undefined : origin;
}

/** What is wrong with the placeholders, the bound parameters and the cursor of an endpoint. */
export function referenceProblems(
  config: EndpointConfig,
  { at, parent, incremental }: { at: string; parent?: string; incremental?: IncrementalConfig },
): Problem[] {
  const problems: Problem[] = [];
  const problem = (place: string, text: string) => problems.push({ path: `${at}.${place}`, text });
  const params = config.params ?? {};
  for (const { place, placeholders, problem: fault } of templateUses(config)) {
    if (fault) problem(place, fault);
    for (const { expression } of placeholders) {
      const text = expressionProblem(expression, { place, params, incremental });
      if (text) problem(place, text);
    }
  }
  const parents = parentsOf(config);
  if (parents.length > 1) {
    const list = parents.map((name) => `"${name}"`).join(" and ");
    problem(
      "path",
      `refers to ${list}, a resource has one parent; include_from_parent hands fields further down`,
    );
  }
  if (parent !== undefined && parents[0] !== undefined && parent !== parents[0]) {
    problem("path", `refers to "${parents[0]}", but data_from says "${parent}"`);
  }
  problems.push(...boundProblems(config, at));
  const path = config.path ?? "";
  if (/^https?:\/\//i.test(path)) {
    const host = /^https?:\/\/[^/?#]*/i.exec(path)![0];
    const url = URL.parse(host);
    if (/\{(?:resources|incremental)\./.test(host)) {
      problem("path", "takes its host from data; write the host itself");
    } else if (!/[{}]/.test(host) && url && !isSecure(url)) {
      problem("path", `goes to ${url.origin} over http, https is required except for this machine`);
    }
  }
  return problems;
}

function expressionProblem(
  expression: string,
  { place, params, incremental }: {
    place: string;
    params: Readonly<Record<string, unknown>>;
    incremental?: IncrementalConfig;
  },
): string | undefined {
  const found = reference(expression);
  if (found.kind === "resource") {
    try {
      jsonPath(found.field);
      return undefined;
    } catch (error) {
      return problemOf("", error).text;
    }
  }
  if (found.kind === "incremental") {
    if (!incremental) return `{${expression}} needs "incremental" beside "path"`;
    if (INCREMENTAL_ATTRIBUTES.includes(found.attribute)) return undefined;
    return `{${expression}} names no part of a cursor; did you mean "${
      nearest(found.attribute, INCREMENTAL_ATTRIBUTES)
    }"?`;
  }
  if (/^resources\b/.test(expression)) {
    return `{${expression}} is not complete, needed {resources.<name>.<field>}`;
  }
  if (place !== "path") {
    return `{${expression}} is neither {resources.<name>.<field>} nor {incremental.<part>}; ` +
      "double the braces to send them as they are";
  }
  if (Object.hasOwn(params, found.name)) return undefined;
  return `{${expression}} needs a value: set params.${found.name}, or use {resources.<name>.<field>}`;
}

/** Parameters bound in the older form: used in the path, at most one cursor, no bound beyond the start. */
function boundProblems({ path = "", params }: EndpointConfig, at: string): Problem[] {
  const problems: Problem[] = [];
  const names = pathNames(path);
  const bound = Object.entries(params ?? {}).filter(([, value]) => isBound(value));
  let cursors = 0;
  for (
    const [name, value] of bound as [string, { type: string; end_value?: unknown; end_param?: unknown }][]
  ) {
    const problem = (text: string) => problems.push({ path: `${at}.params.${name}`, text });
    if (value.type === "resolve" && !names.includes(name)) {
      const { resource, field } = value as unknown as ResolveParam;
      problem(`is not used in the path; for a query parameter write "{resources.${resource}.${field}}"`);
    }
    if (value.type !== "incremental") continue;
    if (names.includes(name)) problem("a path can be bound to a parent only, by type resolve");
    if (++cursors > 1) problem("is a second cursor, one is allowed");
    if (value.end_value !== undefined || value.end_param !== undefined) {
      problem("a cursor in params has no end; use endpoint.incremental with end_param");
    }
  }
  return problems;
}

/** Fields of the parent that an endpoint refers to, each once. */
export function parentFieldsOf(config: EndpointConfig): string[] {
  const fields = templateUses(config).flatMap(({ placeholders }) =>
    placeholders.map(({ expression }) => reference(expression)).flatMap((found) =>
      found.kind === "resource" ? [found.field] : []
    )
  );
  for (const value of Object.values(config.params ?? {})) {
    if (isBound(value) && value.type === "resolve") fields.push((value as ResolveParam).field);
  }
  return [...new Set(fields)];
}
