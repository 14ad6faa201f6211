/**
 * The path of a request with its placeholders. Values of records are one segment each, whatever they hold; what
 * the author wrote stays as it was written. Pure.
 * @module
 */
import { ExtractError } from "../../pipeline/errors.ts";
import {
  ABSENT,
  fieldPlaceholder,
  fill,
  type LookUp,
  parseTemplate,
  type Placeholder,
  type Template,
  valueText,
} from "./placeholders.ts";
import type { ParamValue, ResolveParam } from "./rest_api_config.ts";

/** A path that is filled in for each request. */
export class PathTemplate {
  /** Names of the parameters that stand in the path, and so not in the query. */
  readonly names: ReadonlySet<string>;
  readonly #segments: Template;
  readonly #query: readonly Template[];

  /** @param params of the endpoint; those that the path names are put into it */
  constructor(path: string, params: Readonly<Record<string, unknown>>) {
    const { parts, names } = withParams(parseTemplate(path), params);
    this.names = names;
    const { head, query } = splitQuery(parts);
    this.#segments = head;
    this.#query = query;
  }

  /**
   * The path for these values; undefined when a segment's value is missing or empty, so that there is nothing to
   * ask for. Pairs of a query that the path holds are left out alone.
   *
   * @throws {ExtractError} "placeholder-invalid" for a value that no path can hold
   */
  fill(lookUp: LookUp): string | undefined {
    let isEmpty = false;
    let link = "";
    const path = fill(this.#segments, lookUp, (text, at) => {
      if (text === "") isEmpty = true;
      // A link that an API gave stands for all of the path.
      if (at === 0 && isLink(text)) return link = text;
      return encodeText(text);
    });
    if (path === ABSENT || isEmpty) return undefined;
    const harmless = this.#segments.map((part, at) =>
      typeof part === "string" ? part : at === 0 && link ? link : "x"
    ).join("");
    if (dotSegments(path) > dotSegments(harmless)) throw dotSegment();
    const query = this.#query.map((pair) => fill(pair, lookUp, encodeText)).filter((pair) => pair !== ABSENT);
    return query.length ? `${path}${path.includes("?") ? "&" : "?"}${query.join("&")}` : path;
  }
}

function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function isLink(text: string): boolean {
  return /^(?:https?:\/\/|\/)/i.test(text);
}

/** Segments that a URL takes for "here" and "above". */
function dotSegments(path: string): number {
  return path.split("/").filter((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)).length;
}

function dotSegment(): ExtractError {
  return new ExtractError(
    'Cannot build the path: a value makes a segment "." or "..", which leads elsewhere',
    {
      code: "placeholder-invalid",
      next: "leave such records out of the parent by a filter in processing_steps",
    },
  );
}

/** The parts of a path with the parameters in it put in place. */
function withParams(
  template: Template,
  params: Readonly<Record<string, unknown>>,
): { parts: Template; names: Set<string> } {
  const names = new Set<string>();
  const parts: (string | Placeholder)[] = [];
  let isInQuery = false;
  for (const part of template) {
    if (typeof part === "string") {
      isInQuery ||= part.includes("?");
      parts.push(part);
      continue;
    }
    const { reference } = part;
    if (reference.kind !== "param" || !Object.hasOwn(params, reference.name)) {
      parts.push(part);
      continue;
    }
    names.add(reference.name);
    const encode = isInQuery ? encodeText : isInHost(parts) ? asWritten : encodeWritten;
    parts.push(...paramParts(params[reference.name], part, encode));
  }
  return { parts, names };
}

/** A parameter as parts of a path: what its author wrote, and placeholders in it. */
function paramParts(
  value: unknown,
  placeholder: Placeholder,
  encode: (text: string) => string,
): (string | Placeholder)[] {
  if (isResolve(value)) {
    const { conversion, format } = placeholder;
    return [{ ...fieldPlaceholder(value.resource, value.field), conversion, format }];
  }
  const { conversion, format } = placeholder;
  if (typeof value !== "string" || !/[{}]/.test(value)) {
    const text = value === null || value === undefined
      ? ""
      : valueText(value as NonNullable<ParamValue>, placeholder);
    return text === "" ? [] : [encode(text)];
  }
  const parts = parseTemplate(value);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object" && only.isWhole) {
    return [{ ...only, conversion, format }];
  }
  return parts.map((part) => typeof part === "string" ? encode(part) : part);
}

function isResolve(value: unknown): value is ResolveParam {
  return typeof value === "object" && value !== null && (value as ResolveParam).type === "resolve";
}

/** Whether what follows is the beginning, which may be a whole URL, or stands in a URL's host. */
function isInHost(before: Template): boolean {
  if (before.some((part) => typeof part !== "string")) return false;
  return /^(?:https?:\/\/[^/?#]*)?$/i.test(before.join(""));
}

function asWritten(text: string): string {
  return /^https?:\/\//i.test(text) ? text : encodeWritten(text);
}

/** Text of the author: several segments if he wrote so, and what he escaped himself is not escaped again. */
function encodeWritten(text: string): string {
  return text.toWellFormed().split(/(%[\da-f]{2})/i).map((part, index) =>
    index % 2 ? part : encodeURI(part).replace(/[?#]/g, encodeURIComponent)
  ).join("");
}

/** The part before the first "?" that the author wrote, and the pairs behind it. */
function splitQuery(template: Template): { head: Template; query: Template[] } {
  const head: (string | Placeholder)[] = [];
  const query: (string | Placeholder)[][] = [];
  for (const part of template) {
    const pair = query.at(-1);
    if (typeof part !== "string") {
      (pair ?? head).push(part);
      continue;
    }
    const mark = pair ? -1 : part.indexOf("?");
    if (!pair && mark < 0) head.push(part);
    else {
      if (!pair && mark > 0) head.push(part.slice(0, mark));
      const [first, ...rest] = part.slice(mark + 1).split("&");
      if (pair) first && pair.push(first);
      else query.push(first ? [first] : []);
      query.push(...rest.map((text) => text ? [text] : []));
    }
  }
  return { head, query: query.filter((pair) => pair.length > 0) };
}
