/**
 * Bodies of requests: what may be given, how it is written, and what no request can carry.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { stringifyJson } from "../pipeline/json.ts";
import { type ParamValue, valueText } from "./request_url.ts";
import type { RequestSpec } from "./types.ts";

/** A value of a form field; a list repeats the field, null and undefined leave it out. */
export type FormValue = ParamValue | readonly ParamValue[];
/** A body that is no JSON: form fields as an object or as pairs, or text or bytes that are sent as they are. */
export type RequestData =
  | Readonly<Record<string, FormValue>>
  | readonly (readonly [string, FormValue])[]
  | string
  | Uint8Array;

const FORM_TYPE = "application/x-www-form-urlencoded";
// `fetch` refuses the first two, and sends no body with the others.
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE"]);
const BODILESS_METHODS = new Set(["GET", "HEAD"]);

/** The part of a request that `data` becomes; nothing when it is empty. */
export function dataBody(
  data: RequestData | null | undefined,
): { body?: string | Uint8Array; contentType?: string } {
  if (data === null || data === undefined) return {};
  if (typeof data === "string" || data instanceof Uint8Array) return data.length ? { body: data } : {};
  const pairs = formPairs(data);
  if (pairs.length === 0) return {};
  return { body: new URLSearchParams(pairs).toString(), contentType: FORM_TYPE };
}

/** Form fields as pairs of text. @throws {ConfigError} "invalid-request" when a value is no plain one */
export function formPairs(data: Exclude<RequestData, string | Uint8Array>): [string, string][] {
  const fields: readonly (readonly [string, FormValue])[] = isPairs(data) ? data : Object.entries(data);
  return fields.flatMap(([name, given]) =>
    (Array.isArray(given) ? given as readonly ParamValue[] : [given as ParamValue])
      .filter((value) => value !== null && value !== undefined)
      .map((value): [string, string] => [String(name), valueText(value, `form field "${name}"`)])
  );
}

function isPairs(data: unknown): data is readonly (readonly [string, FormValue])[] {
  if (!Array.isArray(data)) return false;
  if (data.every((pair) => Array.isArray(pair) && pair.length === 2)) return true;
  throw new ConfigError(
    'Cannot build request: "data" is a list, one of pairs of name and value is required',
    {
      code: "invalid-request",
      next: "write an object of form fields, or the list as json",
    },
  );
}

/** Checks that a request can be sent with its body. @throws {ConfigError} "invalid-request" */
export function checkBody({ method, json, body }: Pick<RequestSpec, "method" | "json" | "body">): void {
  const fail = (state: string, next: string) => {
    throw new ConfigError(`Cannot build request: ${state}`, { code: "invalid-request", next });
  };
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method) || FORBIDDEN_METHODS.has(method.toUpperCase())) {
    fail("its method is none that can be sent", "use GET or POST");
  }
  if (json !== undefined && body !== undefined) {
    fail("it has both json and data, only one of them can be its body", "leave one of them out");
  }
  if ((json !== undefined || body !== undefined) && BODILESS_METHODS.has(method.toUpperCase())) {
    fail(`it has a body and its method is ${method}, which is sent without one`, 'set method to "POST"');
  }
}

/** The bytes of a request's body; undefined when it has none. */
export function bodyBytes({ json, body }: RequestSpec): Uint8Array<ArrayBuffer> | undefined {
  if (json === undefined && body === undefined) return undefined;
  // Bytes, because `fetch` gives text a content type of its own.
  const written = json === undefined ? body! : stringifyJson(json);
  return typeof written === "string" ? new TextEncoder().encode(written) : written as Uint8Array<ArrayBuffer>;
}
