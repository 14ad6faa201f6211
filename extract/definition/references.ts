/**
 * What the placeholders of an endpoint refer to: its parent, the parameters of its path, its cursor. Finds out,
 * and finds what is wrong with it. Pure.
 * @module
 */
import { SluiceError } from "../../pipeline/errors.ts";
import { distance } from "levenshtein";
import { nearest } from "../../pipeline/nearest.ts";
import { isSecure } from "../../rest/origin.ts";
import type { ClientConfig } from "../../rest/types.ts";
import {
  fieldPath,
  fieldPlaceholder,
  INCREMENTAL_ATTRIBUTES,
  parseTemplate,
  type Placeholder,
  valueText,
} from "./placeholders.ts";
import { type Problem, problemOf } from "./problems.ts";
import { isBound, templateUses } from "./request_template.ts";
import type { EndpointConfig, IncrementalConfig, ResolveParam } from "./rest_api_config.ts";

/** A field of a parent that an endpoint refers to. */
export interface ParentUse {
  readonly resource: string;
  readonly field: string;
  /** Where in the endpoint, e.g. `params.since`. */
  readonly place: string;
}

/** Everything of parents that an endpoint refers to. */
export function parentUses(config: EndpointConfig): ParentUse[] {
  const uses: ParentUse[] = templateUses(config).flatMap(({ place, placeholders }) =>
    placeholders.flatMap(({ reference }) =>
      reference.kind === "resource" ? [{ place, resource: reference.resource, field: reference.field }] : []
    )
  );
  for (const [name, value] of Object.entries(config.params ?? {})) {
    if (!isResolve(value)) continue;
    uses.push({ place: `params.${name}`, resource: value.resource, field: value.field });
  }
  return uses;
}

/** All parents that an endpoint refers to, each once. */
export function parentsOf(config: EndpointConfig): string[] {
  return [...new Set(parentUses(config).map(({ resource }) => resource))];
}

/** Fields of the parent that an endpoint refers to, each once. */
export function parentFieldsOf(config: EndpointConfig): string[] {
  return [...new Set(parentUses(config).map(({ field }) => field))];
}

function isResolve(value: unknown): value is ResolveParam {
  return isBound(value) && value.type === "resolve";
}

/** The path with the parameters in it that are no data: what the author wrote. */
function authoredPath({ path = "", params }: EndpointConfig): string {
  return path.replace(/\{([^{}!:]+)\}/g, (all, name: string) => {
    const value = params && Object.hasOwn(params, name) ? params[name] : undefined;
    return ["string", "number", "boolean"].includes(typeof value) ? String(value) : all;
  });
}

const HOST_REGEXP = /^https?:\/\/[^/?#]*/i;

/** The origin of a whole URL in a path, unless it is the client's. Values of parents never decide it. */
export function foreignOrigin(config: EndpointConfig, client?: ClientConfig): string | undefined {
  const host = HOST_REGEXP.exec(authoredPath(config))?.[0];
  const origin = host === undefined || /[{}]/.test(host) ? undefined : URL.parse(host)?.origin;
  return origin === undefined || origin === URL.parse(client?.base_url ?? "")?.origin ? undefined : origin;
}

/** Whether a value of a record may be the whole address that is asked for. */
export function isAddressedByData(config: EndpointConfig): boolean {
  return /^\{(?:resources|incremental)\./.test(authoredPath(config)) ||
    isResolve(config.params?.[/^\{([^{}!:]+)\}/.exec(config.path ?? "")?.[1] ?? ""]);
}

/** Whether the author wrote a whole URL. */
export function isWholeUrl(config: EndpointConfig): boolean {
  return HOST_REGEXP.test(authoredPath(config));
}

/** What is wrong with the placeholders and the bound parameters of an endpoint. */
export function referenceProblems(
  config: EndpointConfig,
  { at, parent, incremental }: { at: string; parent?: string; incremental?: IncrementalConfig | null },
): Problem[] {
  const problems: Problem[] = [];
  const problem = (place: string, text: string) => problems.push({ path: `${at}.${place}`, text });
  const params = config.params ?? {};
  for (const { place, placeholders, problem: fault } of templateUses(config)) {
    if (fault) problem(place, fault);
    for (const placeholder of placeholders) {
      const text = placeholderProblem(placeholder, { place, params, incremental });
      if (text) problem(place, text);
    }
  }
  const uses = parentUses(config);
  const other = uses.find(({ resource }) => resource !== uses[0]!.resource);
  if (other) {
    problem(
      other.place,
      `refers to "${other.resource}", but ${uses[0]!.place} to "${uses[0]!.resource}": a resource has one ` +
        "parent; include_from_parent hands fields further down",
    );
  }
  if (parent !== undefined && uses[0] && parent !== uses[0].resource) {
    problem(uses[0].place, `refers to "${uses[0].resource}", but data_from says "${parent}"`);
  }
  const address = addressProblem(config);
  if (address) problem("path", address);
  return [...problems, ...boundProblems(config, at)];
}

/** What is wrong with the host of a whole URL in a path. */
function addressProblem(config: EndpointConfig): string | undefined {
  const host = HOST_REGEXP.exec(authoredPath(config))?.[0];
  if (host === undefined) return undefined;
  if (/[{}]/.test(host)) return "takes its host from data; write the host itself";
  const url = URL.parse(host);
  if (!url) return "is no URL that can be used; write it like https://api.example.com/v1/users";
  if (url.username || url.password) return "holds a user name or password; these belong into auth";
  if (isSecure(url)) return undefined;
  return `goes to ${url.origin} over http; https is needed, http is for this machine only`;
}

const ROOTS = ["resources", "incremental"];

function placeholderProblem(
  { expression, reference }: Placeholder,
  { place, params, incremental }: {
    place: string;
    params: Readonly<Record<string, unknown>>;
    incremental?: IncrementalConfig | null;
  },
): string | undefined {
  if (reference.kind === "resource") return fieldProblem(reference.resource, reference.field);
  if (reference.kind === "incremental") {
    if (!incremental) return `{${expression}} needs a cursor; set endpoint.incremental`;
    if (INCREMENTAL_ATTRIBUTES.includes(reference.attribute)) return undefined;
    const near = nearest(reference.attribute, INCREMENTAL_ATTRIBUTES);
    return `{${expression}} names no value of the cursor; did you mean {incremental.${near}}?`;
  }
  if (/^resources\b/.test(expression)) {
    return `{${expression}} is not complete, needed {resources.<name>.<field>}`;
  }
  if (/^incremental\b/.test(expression)) {
    return `{${expression}} is not complete, needed e.g. {incremental.start_value}`;
  }
  const isPath = place === "path";
  if (isPath && Object.hasOwn(params, reference.name)) return undefined;
  const [root, ...rest] = expression.split(".");
  const near = nearest(root!, ROOTS);
  if (rest.length && distance(root!, near) <= 2) {
    return `{${expression}} is not known; did you mean {${[near, ...rest].join(".")}}?`;
  }
  if (isPath) {
    return `{${expression}} has no value; set params.${expression}, or use {resources.<name>.<field>}`;
  }
  // What stands there may be a value that nobody else should see.
  return "has {…} that is neither {resources.<name>.<field>} nor {incremental.<value>}; double braces that belong " +
    'to the text: "{{" and "}}"';
}

function fieldProblem(resource: string, field: string): string | undefined {
  try {
    fieldPath(field);
    return undefined;
  } catch (error) {
    return `{${fieldPlaceholder(resource, field).expression}} holds no JSON path: ${
      problemOf("", error).text
    }`;
  }
}

/** Parameters that stand in the path or for something else. */
function boundProblems({ path = "", params }: EndpointConfig, at: string): Problem[] {
  const problems: Problem[] = [];
  const inPath = pathParams(path);
  const cursors: string[] = [];
  for (const [name, value] of Object.entries(params ?? {})) {
    const problem = (text: string) => problems.push({ path: `${at}.params.${name}`, text });
    const isInPath = inPath.has(name);
    if (!isBound(value)) {
      const fault = isInPath ? staticProblem(value, inPath.get(name)!) : undefined;
      if (fault) problem(fault);
      continue;
    }
    if (isResolve(value)) {
      const { resource, field } = value;
      if (!isInPath) {
        problem(`is not used in the path; for a query parameter write "{resources.${resource}.${field}}"`);
      }
      const fault = fieldProblem(resource, field);
      if (fault) problem(fault);
      continue;
    }
    if (isInPath) problem('stands in the path, which can be bound by type "resolve" only');
    cursors.push(name);
    if (cursors.length > 1) problem(`is a second cursor beside params.${cursors[0]}; one is allowed`);
    const { end_value, end_param } = value as { end_value?: unknown; end_param?: unknown };
    if ((end_value ?? end_param ?? undefined) !== undefined) {
      problem("has an end, which a cursor in params cannot have; use endpoint.incremental with end_param");
    }
  }
  return problems;
}

/** What is wrong with a value that stands in the path. */
function staticProblem(value: unknown, placeholder: Placeholder): string | undefined {
  if (value === null || value === undefined) return "is null, needed a value: it stands in the path";
  if (value === "") return "is empty, needed a value: it stands in the path";
  if (Array.isArray(value)) return "is a list, needed one value: it stands in the path";
  if (typeof value === "string" && /[{}]/.test(value)) return undefined;
  try {
    valueText(value as string | number | boolean, placeholder);
    return undefined;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return `cannot be written by the format of {${placeholder.expression}:…} in the path; leave the format out`;
  }
}

/** Parameters of a path: what is neither a parent's field nor a cursor. */
function pathParams(path: string): Map<string, Placeholder> {
  try {
    const placeholders = parseTemplate(path).filter((part) => typeof part !== "string");
    return new Map(
      placeholders.flatMap((each) => each.reference.kind === "param" ? [[each.reference.name, each]] : []),
    );
  } catch {
    return new Map();
  }
}
