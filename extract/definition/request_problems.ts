/**
 * What is wrong with what an endpoint sends: headers, bodies, and the settings that make their own checks. Values
 * are never shown. Pure.
 * @module
 */
import { Double, isJsonObject } from "../../pipeline/json.ts";
import { jsonPath } from "../../pipeline/json_path.ts";
import { createAuth } from "../../rest/auth/mod.ts";
import { createPaginator } from "../../rest/paginators/mod.ts";
import { isHeaderName, isHeaderValue } from "./header_text.ts";
import { attempt, describe, type Problem } from "./problems.ts";
import type { EndpointConfig } from "./rest_api_config.ts";

/** What is wrong with an endpoint's settings where they are written, whoever inherits them. */
export function settingProblems(
  { paginator, auth, data_selector, headers }: EndpointConfig,
  { at, hasCredentials }: { at: string; hasCredentials: boolean },
): Problem[] {
  return [
    ...attempt(`${at}.paginator`, () => createPaginator(paginator)),
    ...(hasCredentials ? attempt(`${at}.auth`, () => createAuth(auth)) : []),
    ...attempt(`${at}.data_selector`, () => jsonPath(data_selector ?? "$")),
    ...headerProblems(headers ?? {}, `${at}.headers`),
  ];
}

/** Headers that no request can carry. What placeholders will bring is not known yet. */
export function headerProblems(headers: Readonly<Record<string, string>>, at: string): Problem[] {
  return Object.entries(headers).flatMap(([name, value]): Problem[] => {
    if (!isHeaderName(name.replace(/\{[^{}]*\}/g, "x"))) {
      return [{ path: at, text: `has ${JSON.stringify(name)}, which is no name of a header` }];
    }
    // The schema does not see what is called "__proto__".
    if (typeof value !== "string") return [{ path: `${at}.${name}`, text: "must be text" }];
    if (isHeaderValue(value)) return [];
    const what = /[\r\n]/.test(value.trim()) ? "a line break" : "a character";
    return [{ path: `${at}.${name}`, text: `has ${what} that no header can carry` }];
  });
}

/** What is wrong with the body of a request. */
export function bodyProblems({ json, data, method = "GET" }: EndpointConfig, at: string): Problem[] {
  const problems: Problem[] = [];
  const hasJson = json !== undefined && json !== null;
  const hasData = data !== undefined && data !== null && !isEmpty(data);
  if (hasJson && hasData) {
    problems.push({ path: `${at}.data`, text: 'excludes "json": a request has one body' });
  }
  if (method === "GET" && (hasData || (hasJson && !isEmpty(json)))) {
    const place = hasJson ? "json" : "data";
    problems.push({ path: `${at}.${place}`, text: 'needs a method with a body; set method to "POST"' });
  }
  if (hasJson) problems.push(...jsonProblems(json, [`${at}.json`], new Set()));
  if (hasData) problems.push(...dataProblems(data, `${at}.data`));
  return problems;
}

function isEmpty(value: unknown): boolean {
  return value === "" ||
    (typeof value === "object" && value !== null && !(value instanceof Uint8Array) &&
      Object.keys(value).length === 0);
}

/** Values in a JSON body that JSON does not have. */
function jsonProblems(value: unknown, path: readonly string[], above: ReadonlySet<unknown>): Problem[] {
  const problem = (text: string): Problem[] => [{ path: path.join(""), text }];
  if (above.has(value)) return problem("holds itself, which JSON cannot");
  if (typeof value === "number" && !Number.isFinite(value)) return problem("is no number that JSON has");
  if (
    value === null || value instanceof Double ||
    /^(?:string|number|boolean|bigint|undefined)$/.test(typeof value)
  ) {
    return [];
  }
  const within = new Set([...above, value]);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => jsonProblems(item, [...path, `[${index}]`], within));
  }
  if (!isPlain(value)) {
    return problem(
      `found ${describe(value, ["json"])}, needed JSON; write it as the text that the API wants`,
    );
  }
  return Object.entries(value).flatMap(([name, item]) => jsonProblems(item, [...path, `.${name}`], within));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isJsonObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A form whose fields are no plain values, or what is no form at all. */
function dataProblems(data: unknown, at: string): Problem[] {
  if (typeof data === "string" || data instanceof Uint8Array) return [];
  const pairs = pairsOf(data);
  if (!pairs) {
    const needed = "needed an object of form fields, a list of pairs, a text or bytes";
    return [{ path: at, text: `found ${describe(data, ["data"])}, ${needed}` }];
  }
  return pairs.flatMap(([name, value]) => {
    const wrong = [value].flat().find((each) => !isPlainValue(each));
    if (wrong === undefined) return [];
    const text = `found ${describe(wrong, ["data"])}, needed a plain value; a body of JSON goes into "json"`;
    return [{ path: `${at}.${String(name)}`, text }];
  });
}

function pairsOf(data: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (Array.isArray(data)) {
    return data.every((pair) => Array.isArray(pair) && pair.length === 2) ? data : undefined;
  }
  return isPlain(data) ? Object.entries(data) : undefined;
}

function isPlainValue(value: unknown): boolean {
  return value === null || value instanceof Double ||
    /^(?:string|number|boolean|bigint|undefined)$/.test(typeof value);
}
