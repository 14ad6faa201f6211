/**
 * A request of an endpoint with its placeholders: taken apart once, filled in for each parent record. Where a
 * value is missing, the parameter or header that would hold it is left out. Pure.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import type { RequestOptions } from "../rest/client.ts";
import {
  ABSENT,
  fill,
  fillJson,
  type LookUp,
  lookUpIn,
  parseTemplate,
  type Placeholder,
  reference,
  type Template,
  type Values,
} from "./placeholders.ts";
import type { EndpointConfig, ParamValue } from "./rest_api_config.ts";

/** Where in an endpoint a text with placeholders stands. */
export interface TemplateUse {
  /** E.g. `params.since`. */
  readonly place: string;
  readonly text: string;
  readonly placeholders: readonly Placeholder[];
  /** What is wrong with the text itself. */
  readonly problem?: string;
}

/** A request that is ready to be built by the client. */
export interface FilledRequest extends RequestOptions {
  readonly path: string;
}

type Part = "path" | "params" | "headers" | "json" | "data";
const PARTS: readonly Part[] = ["path", "params", "headers", "json", "data"];

/** All texts of an endpoint that hold placeholders, or hold them wrongly. */
export function templateUses(endpoint: EndpointConfig): TemplateUse[] {
  const uses: TemplateUse[] = [];
  for (const part of PARTS) {
    for (const { place, text } of textsOf(endpoint[part], part)) {
      if (!/[{}]/.test(text)) continue;
      try {
        const placeholders = parseTemplate(text).filter((each) => typeof each !== "string");
        if (placeholders.length) uses.push({ place, text, placeholders });
      } catch (error) {
        uses.push({ place, text, placeholders: [], problem: (error as Error).message });
      }
    }
  }
  return uses;
}

/** Every text of a value, keys too, with the path to it. */
function* textsOf(value: unknown, place: string): Generator<{ place: string; text: string }> {
  if (typeof value === "string") yield { place, text: value };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsOf(item, `${place}[${index}]`);
  } else if (isJsonObject(value) && !(value instanceof Uint8Array)) {
    // A parameter that is bound to something is no text of the request.
    if (place.startsWith("params.") && typeof value.type === "string") return;
    for (const [key, item] of Object.entries(value)) {
      yield { place: `${place}.${key}`, text: key };
      yield* textsOf(item, `${place}.${key}`);
    }
  }
}

/** A parameter that a path takes away from the query. */
export type PathValue = (lookUp: LookUp) => JsonValue | undefined;

/** The request of an endpoint, once it is known to be valid. */
export class RequestTemplate {
  readonly #endpoint: EndpointConfig;
  readonly #path: Template;
  readonly #params: readonly [Template, ParamTemplate][];
  readonly #headers: readonly [Template, Template][];
  readonly #pathValues: ReadonlyMap<string, PathValue>;

  /** @param pathValues parameters of the path, by name; they are not sent in the query */
  constructor(endpoint: EndpointConfig, pathValues: ReadonlyMap<string, PathValue>) {
    this.#endpoint = endpoint;
    this.#pathValues = pathValues;
    this.#path = parseTemplate(endpoint.path ?? "");
    this.#params = Object.entries(endpoint.params ?? {})
      .filter(([name, value]) => !pathValues.has(name) && !isBound(value))
      .map(([name, value]) => [parseTemplate(name), paramTemplate(value as ParamValue | ParamValue[])]);
    this.#headers = Object.entries(endpoint.headers ?? {})
      .map(([name, value]) => [parseTemplate(name), parseTemplate(String(value))]);
  }

  /**
   * The request for these values; undefined when the path has a value that is missing or empty, so that
   * there is nothing to ask for.
   *
   * @param more parameters that are added, e.g. the start of a cursor
   * @throws {ExtractError} "placeholder-missing" or "placeholder-invalid"
   */
  fill(values: Values, more: Readonly<Record<string, ParamValue>> = {}): FilledRequest | undefined {
    const lookUp = lookUpIn(values);
    const path = this.#fillPath(lookUp);
    if (path === undefined) return undefined;
    const { method, json, data } = this.#endpoint;
    return {
      path,
      method,
      params: { ...this.#fillParams(lookUp), ...more },
      headers: this.#fillHeaders(lookUp),
      json: json === undefined || json === null ? undefined : fillDeep(json, lookUp, fillJson) as JsonValue,
      data: data === undefined || data === null || data instanceof Uint8Array
        ? data ?? undefined
        : fillDeep(data as JsonValue, lookUp, fill) as JsonValue as FilledRequest["data"],
    };
  }

  #fillPath(lookUp: LookUp): string | undefined {
    let isEmpty = false;
    const isPathValue = (placeholder: Placeholder) => this.#pathValues.has(placeholder.expression);
    const own: LookUp = (placeholder) => {
      const given = this.#pathValues.get(placeholder.expression);
      const value = given ? given(lookUp) : lookUp(placeholder);
      if (value === "") isEmpty = true;
      return value;
    };
    const path = fill(this.#path, own, (text, at) => {
      const placeholder = this.#path[at] as Placeholder;
      // A link that an API gave stands for all of the path.
      if (at === 0 && /^(?:https?:\/\/|\/)/i.test(text)) return text;
      return isPathValue(placeholder) && isWritten(placeholder) ? encodeSegments(text) : encodeSegment(text);
    });
    return path === ABSENT || isEmpty ? undefined : path;
  }

  #fillParams(lookUp: LookUp): Record<string, ParamValue | ParamValue[]> {
    const params: Record<string, ParamValue | ParamValue[]> = {};
    for (const [name, value] of this.#params) {
      const key = fill(name, lookUp);
      const filled = fillParam(value, lookUp);
      if (key !== ABSENT && filled !== ABSENT) params[key] = filled;
    }
    return params;
  }

  #fillHeaders(lookUp: LookUp): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, value] of this.#headers) {
      const key = fill(name, lookUp);
      const filled = fill(value, lookUp);
      if (key !== ABSENT && filled !== ABSENT) headers[key] = filled;
    }
    return headers;
  }
}

type ParamTemplate =
  | { readonly template: Template }
  | { readonly list: readonly ParamTemplate[] }
  | { readonly value: ParamValue };

function paramTemplate(value: ParamValue | readonly ParamValue[]): ParamTemplate {
  if (Array.isArray(value)) return { list: value.map(paramTemplate) };
  return typeof value === "string" ? { template: parseTemplate(value) } : { value: value as ParamValue };
}

function fillParam(param: ParamTemplate, lookUp: LookUp): ParamValue | ParamValue[] | typeof ABSENT {
  if ("template" in param) return fill(param.template, lookUp);
  if ("value" in param) return param.value;
  return param.list.map((item) => fillParam(item, lookUp)).filter((item) => item !== ABSENT) as ParamValue[];
}

/** A parameter in one of the forms that stand for something else. */
export function isBound(value: unknown): value is { readonly type: string } {
  return isJsonObject(value) && typeof value.type === "string";
}

/** Whether a path parameter was written by the author, who may have meant several segments. */
function isWritten({ expression }: Placeholder): boolean {
  return reference(expression).kind === "param";
}

function encodeSegments(text: string): string {
  return text.split("/").map(encodeSegment).join("/");
}

/** A value as one segment of a path. One that would move the path up or nowhere cannot be sent as a segment. */
function encodeSegment(text: string): string {
  if (text !== "." && text !== "..") return encodeURIComponent(text.toWellFormed());
  throw new ExtractError('Cannot build the path: a value is "." or "..", which no path can hold', {
    code: "placeholder-invalid",
    next: "leave such records out of the parent by a filter in processing_steps",
  });
}

function fillDeep(
  value: JsonValue,
  lookUp: LookUp,
  fillText: (template: Template, lookUp: LookUp) => JsonValue | typeof ABSENT,
): JsonValue | typeof ABSENT {
  if (typeof value === "string") return fillText(parseTemplate(value), lookUp);
  if (Array.isArray(value)) {
    return value.map((item) => fillDeep(item, lookUp, fillText)).filter((item) => item !== ABSENT);
  }
  if (!isJsonObject(value)) return value;
  const pairs = Object.entries(value).map(([name, item]) => [
    fill(parseTemplate(name), lookUp),
    fillDeep(item, lookUp, fillText),
  ]);
  return Object.fromEntries(pairs.filter((pair) => !pair.includes(ABSENT))) as JsonObject;
}
