/**
 * From an operation to the resource that reads it.
 * @module
 */
import { normalizedPath } from "../pipeline/json_path.ts";
import type { ListAnswer } from "./answers.ts";
import { changesOf } from "./changes.ts";
import type { Literal, LiteralObject, Paging, ResourceDescription, SignIn, Value } from "./description.ts";
import { parameterName, unusedName } from "./names.ts";
import type { Operation, Parameter } from "./operations.ts";
import { type ListPaging, pagingOf } from "./paging.ts";
import type { BoundPath, ListedResource } from "./parents.ts";
import { escapeBraces, type PathTemplate, pathTemplate, writePath } from "./paths.ts";
import { CREDENTIAL_REGEXP } from "./security.ts";
import { absoluteUrl, serverAddress } from "./servers.ts";
import type { Shape, ShapeOf } from "./shapes.ts";
import type { SourceParameters } from "./source_parameters.ts";

/** What all resources of a source share while they are written. */
export interface Writing {
  readonly parameters: SourceParameters;
  readonly shapeOf: ShapeOf;
  readonly baseUrl?: string;
  readonly signIn: SignIn;
}

/** Headers that the client sets by itself. */
const OWN_HEADERS = new Set(["accept", "content-type", "authorization", "user-agent", "accept-encoding"]);

/** A list. */
export function listedResource(
  list: ListedResource,
  bound: BoundPath,
  writing: Writing,
): ResourceDescription {
  const { name, operation, template, answer, primaryKey } = list;
  const paging = pagingOf({ parameters: operation.parameters, answer, headers: list.headers, primaryKey });
  const copies = bound.copied.map((field) => `_${bound.parent!.name}_${field}`);
  return {
    name,
    ...said(operation),
    path: located(bound.path, operation, writing),
    // A record may be below several parents.
    primaryKey: primaryKey.length ? [...copies, ...primaryKey] : [],
    includeFromParent: bound.copied.length ? bound.copied : undefined,
    params: paramsOf(operation, paging, bound.params, writing),
    headers: headersOf(operation, writing),
    dataSelector: answer.keys.length ? normalizedPath(answer.keys) : undefined,
    paginator: paging.paginator,
    isPaged: paging.isPaged,
    incremental: changesOf(operation.parameters, answer.item, writing.shapeOf),
    endsInParameter: template.endsInParameter,
  };
}

/** One record; without `bound` a suggestion whose parameters are left to fill in. */
export function singleResource(
  single: { name: string; operation: Operation; template: PathTemplate; primaryKey: readonly string[] },
  bound: BoundPath | undefined,
  writing: Writing,
): ResourceDescription {
  const { name, operation, template, primaryKey } = single;
  const noPaging: ListPaging = { params: new Map(), written: [], isPaged: false };
  const open: string[] = [];
  for (const each of template.parameters) open.push(unusedName([parameterName(each.name)], new Set(open)));
  return {
    name,
    ...said(operation),
    path: located(bound?.path ?? writePath(template, open.map((each) => `{${each}}`)), operation, writing),
    primaryKey: bound?.copied.length ? [] : primaryKey,
    includeFromParent: bound?.copied.length ? bound.copied : undefined,
    params: bound
      ? paramsOf(operation, noPaging, bound.params, writing)
      : new Map(open.map((each) => [each, "…"])),
    headers: bound && headersOf(operation, writing),
    // A path that ends in a parameter is read as one record anyway.
    ...(template.endsInParameter ? {} : { dataSelector: "$", paginator: { type: "single_page" } }),
    suggested: bound ? undefined : "one record at a time, and no list names them",
    endsInParameter: template.endsInParameter,
  };
}

/** A list that is asked for with POST: what goes into the body is for a person to say. */
export function searchSuggestion(
  search: { name: string; operation: Operation; answer: ListAnswer; primaryKey: readonly string[] },
  { shapeOf, ...writing }: Writing,
): ResourceDescription {
  const { name, operation, answer, primaryKey } = search;
  const body = shapeOf(operation.body);
  const parameters = [...body.properties].map(([each, schema]) => bodyParameter(each, shapeOf(schema), body));
  const { paginator, params, written } = pagingOf({ parameters, answer, headers: [], primaryKey });
  const required = parameters.filter((each) => each.isRequired && !written.includes(each.name));
  return {
    name,
    ...said(operation),
    path: located(writePath(pathTemplate(operation.path), []), operation, { shapeOf, ...writing }),
    method: "POST",
    primaryKey,
    params: new Map(),
    json: Object.fromEntries([...required.map((each) => [each.name, bodyValue(each)]), ...params]),
    dataSelector: answer.keys.length ? normalizedPath(answer.keys) : undefined,
    paginator: paginator && inBody(paginator),
    suggested: "asked with POST; the body says what is searched for",
  };
}

function said({ method, path, summary }: Operation): { operation: string; summary: string } {
  return { operation: `${method} ${path}`, summary };
}

/** The path; a whole address where the operation has a server of its own. */
function located(path: string, { servers }: Operation, { baseUrl }: Writing): string {
  const [address] = servers.map(serverAddress).filter((each) => each !== undefined);
  if (address === undefined) return path;
  const isRelative = /^\/(?!\/)/.test(address);
  const own = absoluteUrl(isRelative && baseUrl ? new URL(address, baseUrl).href : address);
  return own === undefined || own === baseUrl ? path : `${own}/${path}`;
}

function paramsOf(
  { parameters }: Operation,
  paging: ListPaging,
  pathValues: ReadonlyMap<string, Value>,
  { parameters: source, signIn }: Writing,
): Map<string, Value> {
  const values = new Map<string, Value>(pathValues);
  const set = (name: string, value: Value) => {
    const key = escapeBraces(name);
    if (!values.has(key)) values.set(key, value);
  };
  for (const [name, value] of paging.params) set(name, value);
  for (const parameter of parameters) {
    const { name, place, isRequired } = parameter;
    const isDone = paging.written.includes(name) || paging.params.has(name) ||
      isCredential(parameter, signIn);
    if (place === "query" && isRequired && !isDone) set(name, source.valueFor(parameter));
  }
  return values;
}

function headersOf(
  { parameters }: Operation,
  { parameters: source, signIn }: Writing,
): Map<string, Value> | undefined {
  const wanted = parameters.filter((each) =>
    each.place === "header" && each.isRequired && !OWN_HEADERS.has(each.name.toLowerCase()) &&
    // What is no header name could not be sent.
    /^[\w!#$%&'*+.^`|~-]+$/.test(each.name) && !isCredential(each, signIn)
  );
  return wanted.length ? new Map(wanted.map((each) => [each.name, source.valueFor(each)])) : undefined;
}

/** What signing in sends by itself, under this name or, by the looks of it, another. */
function isCredential({ name, place, description }: Parameter, { auth }: SignIn): boolean {
  if (auth === undefined) return false;
  const isSame = auth.type === "api_key" && String(auth.name).toLowerCase() === name.toLowerCase() &&
    (auth.location ?? "header") === place;
  return isSame ||
    (CREDENTIAL_REGEXP.test(name) && /\bauth|\baccess token|\bapi[ -]?(?:key|token)/i.test(description));
}

function bodyParameter(name: string, shape: Shape, body: Shape): Parameter {
  const fact = (key: string) => shape.nodes.find((node) => Object.hasOwn(node, key))?.[key];
  const description = fact("description");
  return {
    name,
    place: "query",
    isRequired: body.required.has(name),
    description: typeof description === "string" ? description : "",
    shape,
    fact,
  };
}

function bodyValue({ shape, fact }: Parameter): Literal {
  const choices = fact("enum");
  const given = [fact("default"), Array.isArray(choices) ? choices[0] : undefined, fact("example")]
    .find((each) => ["string", "number", "boolean"].includes(typeof each));
  if (given !== undefined) {
    return typeof given === "string" ? escapeBraces(given.slice(0, 200)) : given as Literal;
  }
  const presets: Record<string, Literal> = { array: [], object: {}, boolean: false, integer: 0, number: 0 };
  return presets[shape.type ?? ""] ?? "…";
}

/** The same paginator, written into the body. */
function inBody(paginator: Paging): Paging {
  const presets: Record<string, LiteralObject> = {
    page_number: { page_param: "page" },
    offset: { offset_param: "offset", limit_param: "limit" },
  };
  const entries = Object.entries({ ...presets[paginator.type], ...paginator }).map(([key, value]) => [
    key.replace(/_param$/, "_body_path"),
    value,
  ]);
  return Object.fromEntries(entries);
}
