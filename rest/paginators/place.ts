/**
 * The places in a request where a paginator keeps its position: a query parameter, or a field of the JSON
 * body. Reading it back from the request is all the memory that a paginator needs.
 * @module
 */
import { ConfigError, ExtractError } from "../../pipeline/errors.ts";
import { Double, doubleText, isJsonObject, type JsonObject, type JsonValue } from "../../pipeline/json.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { queryParam, withQueryParam } from "../request_url.ts";
import type { RequestSpec } from "../types.ts";

/** One place in a request. */
export interface Place {
  /** The query parameter's name, or null for a place in the body. */
  readonly param: string | null;
  /** The dotted path in the body, or null for a query parameter. */
  readonly bodyPath: string | null;
  read(request: RequestSpec): JsonValue | undefined;
  write(request: RequestSpec, value: JsonValue): RequestSpec;
}

/** The arguments that name a place: that of `what`, which is called `name` unless they say otherwise. */
export function placeParameters(name: string, what: string): ParameterSpecs {
  return {
    [`${name}_param`]: { type: "text", default: name, help: `Query parameter that takes ${what}.` },
    [`${name}_body_path`]: {
      type: "text",
      help: `Dotted place in the JSON body that takes ${what} instead.`,
    },
  };
}

/** A query parameter. */
export function queryPlace(param: string): Place {
  return {
    param,
    bodyPath: null,
    read: ({ url }) => queryParam(url, param),
    write: (request, value) => ({
      ...request,
      url: withQueryParam(request.url, param, queryText(value, param)),
    }),
  };
}

/** A field of the JSON body; objects on the way to it are made. */
export function bodyPlace(bodyPath: string): Place {
  const keys = bodyPath.split(".");
  return {
    param: null,
    bodyPath,
    read: ({ json }) => keys.reduce<JsonValue | undefined>(ownField, json),
    write: (request, value) => {
      if (request.body !== undefined) throw notJson(bodyPath, "is sent as it stands");
      return { ...request, json: withField(request.json, keys, { value, bodyPath }) };
    },
  };
}

/** The whole number at a place; undefined where there is none. */
export function wholeNumberAt(place: Place, request: RequestSpec): number | undefined {
  return wholeNumber(place.read(request));
}

/** A whole number as JSON and queries hold it: a number, or digits. */
export function wholeNumber(value: JsonValue | undefined): number | undefined {
  const plain = value instanceof Double || typeof value === "bigint" ? Number(value) : value;
  const number = typeof plain === "string" && /^\s*[+-]?\d+\s*$/.test(plain) ? Number(plain) : plain;
  return typeof number === "number" && Number.isFinite(number) ? Math.trunc(number) : undefined;
}

function ownField(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function queryText(value: JsonValue, param: string): string {
  if (value instanceof Double) return doubleText(value.valueOf());
  if (typeof value !== "object") return String(value);
  throw new ExtractError(
    `Cannot continue paging: the value for parameter "${param}" is ${
      Array.isArray(value) ? "a list" : "an object"
    }, ` +
      "a text or a number is required",
    { code: "pagination-field", next: "point the paginator at a single value, or send it in the JSON body" },
  );
}

function withField(
  json: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  { value, bodyPath }: { value: JsonValue; bodyPath: string },
): JsonObject {
  const object = json ?? {};
  if (!isJsonObject(object)) throw notJson(bodyPath, "has a list or a plain value where an object is needed");
  const present = Object.hasOwn(object, key!) ? object[key!] : undefined;
  return { ...object, [key!]: rest.length ? withField(present, rest, { value, bodyPath }) : value };
}

function notJson(bodyPath: string, state: string): ConfigError {
  return new ConfigError(`Cannot put "${bodyPath}" into the request: its body ${state}`, {
    code: "invalid-options",
    next: "write the body as a JSON object, or use a query parameter",
  });
}
