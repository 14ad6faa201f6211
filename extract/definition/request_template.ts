/**
 * A request of an endpoint with its placeholders: taken apart once, filled in for each parent record. Where a
 * value is missing, the parameter or header that would hold it is left out. Pure.
 * @module
 */
import { ExtractError } from "../../pipeline/errors.ts";
import { isJsonObject, type JsonValue } from "../../pipeline/json.ts";
import type { RequestOptions } from "../../rest/client.ts";
import { isHeaderName, isHeaderValue } from "./header_text.ts";
import { PathTemplate } from "./path_template.ts";
import {
  ABSENT,
  fill,
  fillJson,
  type LookUp,
  lookUpIn,
  parseTemplate,
  type Placeholder,
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
function* textsOf(
  value: unknown,
  place: string,
  above: readonly unknown[] = [],
): Generator<{ place: string; text: string }> {
  if (typeof value === "string") yield { place, text: value };
  // What holds itself is told elsewhere.
  if (typeof value !== "object" || value === null || above.includes(value)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* textsOf(item, `${place}[${index}]`, [...above, value]);
    }
  } else if (isJsonObject(value) && !((value as unknown) instanceof Uint8Array)) {
    // A parameter that is bound to something is no text of the request.
    if (place.startsWith("params.") && typeof value.type === "string") return;
    for (const [key, item] of Object.entries(value)) {
      yield { place: `${place}.${key}`, text: key };
      yield* textsOf(item, `${place}.${key}`, [...above, value]);
    }
  }
}

/** Headers after filling in: a record must not bring what would end a header, or begin another one. */
function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (Object.entries(headers).every(([name, value]) => isHeaderName(name) && isHeaderValue(value))) {
    return headers;
  }
  throw new ExtractError(
    "Cannot fill in headers: a value has a line break or a character that none can carry",
    {
      code: "placeholder-invalid",
      next: "leave such records out of the parent by a filter in processing_steps, or change them by a map",
    },
  );
}

/** Fills in a part of a request. */
type Filler = (lookUp: LookUp) => JsonValue | typeof ABSENT;
type FillText = (template: Template, lookUp: LookUp) => JsonValue | typeof ABSENT;

/** The request of an endpoint, once it is known to be valid. */
export class RequestTemplate {
  readonly #method: string | undefined;
  readonly #path: PathTemplate;
  readonly #params: Filler;
  readonly #headers: Filler;
  readonly #json: Filler | undefined;
  readonly #data: Filler | undefined;
  readonly #bytes: Uint8Array | undefined;

  /** @throws {SyntaxError} for a text that cannot be taken apart */
  constructor({ method, path = "", params, headers, json, data }: EndpointConfig) {
    this.#method = method;
    this.#path = new PathTemplate(path, params ?? {});
    const inQuery = Object.entries(params ?? {})
      .filter(([name, value]) => !this.#path.names.has(name) && !isBound(value));
    this.#params = filler(Object.fromEntries(inQuery), fill);
    this.#headers = filler(headers ?? {}, fill);
    if (json !== undefined && json !== null) this.#json = filler(json, fillJson);
    if (data instanceof Uint8Array) this.#bytes = data;
    else if (data !== undefined && data !== null) {
      this.#data = Array.isArray(data) ? pairsFiller(data) : filler(data, fill);
    }
  }

  /** Parameters that stand in the path and are not sent in the query. */
  get pathParams(): ReadonlySet<string> {
    return this.#path.names;
  }

  /**
   * The request for these values; undefined when there is nothing to ask for, because the path or a body that is
   * one text has a value that is missing.
   *
   * @param more parameters that are added, e.g. the start of a cursor
   * @throws {ExtractError} "placeholder-missing" or "placeholder-invalid"
   */
  fill(values: Values, more: Readonly<Record<string, ParamValue>> = {}): FilledRequest | undefined {
    const lookUp = lookUpIn(values);
    const path = this.#path.fill(lookUp);
    if (path === undefined) return undefined;
    const json = this.#json?.(lookUp);
    const data = this.#bytes ?? this.#data?.(lookUp);
    if (json === ABSENT || data === ABSENT) return undefined;
    return {
      path,
      method: this.#method,
      params: { ...this.#params(lookUp) as Record<string, ParamValue>, ...more },
      headers: checkedHeaders(this.#headers(lookUp) as Record<string, string>),
      json,
      data: data as FilledRequest["data"],
    };
  }
}

/** A value with its texts taken apart. What has no value is left out of the object or list that would hold it. */
function filler(value: unknown, fillText: FillText): Filler {
  if (typeof value === "string") {
    const template = parseTemplate(value);
    return (lookUp) => fillText(template, lookUp);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => filler(item, fillText));
    return (lookUp) => items.map((item) => item(lookUp)).filter((item) => item !== ABSENT);
  }
  if (!isJsonObject(value)) return () => value as JsonValue;
  const pairs = Object.entries(value).map(([name, item]) =>
    [parseTemplate(name), filler(item, fillText)] as const
  );
  return (lookUp) =>
    Object.fromEntries(
      pairs.map(([name, item]) => [fill(name, lookUp), item(lookUp)] as const)
        .filter((pair): pair is readonly [string, JsonValue] => !pair.includes(ABSENT)),
    );
}

/** Form fields as pairs: one without a value is left out whole. */
function pairsFiller(pairs: readonly unknown[]): Filler {
  const items = pairs.map((pair) => Array.isArray(pair) ? pair.map((part) => filler(part, fill)) : []);
  return (lookUp) =>
    items.map((pair) => pair.map((part) => part(lookUp)))
      .filter((pair): pair is JsonValue[] => !pair.includes(ABSENT));
}

/** A parameter in one of the forms that stand for something else. */
export function isBound(value: unknown): value is { readonly type: string } {
  return isJsonObject(value) && typeof value.type === "string";
}
