/**
 * Good answers that are none: the body of an error under a good status, and a list that stops being one on the
 * way. Pure.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import { jsonPath } from "../pipeline/json_path.ts";

/** Names that only an error has. */
const SIGNS = ["error", "errors", "errorcode", "errormessage", "errormessages", "fault", "exception"];
/** Where records may be beside an error. */
const PLACES = new Set(["data", "result"]);
/** Names that stand beside these; one that is not among them may be a field of a record. */
const BESIDE = new Set([
  ...SIGNS,
  ...PLACES,
  ..."errorsummary errordescription errorid errorlink errorcauses erroruri message messages code status statuscode"
    .split(" "),
  ..."detail details title type instance path timestamp success ok requestid traceid correlationid"
    .split(" "),
]);

/** What is known of the walk that an answer belongs to. */
export interface ShapeContext {
  readonly selector: string;
  /** The selector was found out, so that it may be an error in which the records were looked for. */
  readonly isDetected: boolean;
  /** The bodies of the pages before were lists themselves. */
  readonly wasList: boolean;
}

/** The error that an answer is, whatever its status. */
export function shapeError(
  body: JsonValue | undefined,
  { selector, isDetected, wasList }: ShapeContext,
): ExtractError | undefined {
  if (isErrorBody(body, selector, isDetected)) {
    return new ExtractError("Cannot read page: server answered with a good status and the body of an error", {
      code: "error-body",
      next:
        "run again later; where it stays so, ask the endpoint by hand, or handle it with response_actions",
    });
  }
  // A list of other things, e.g. by a content type that is wrong; an empty one is how some APIs say "none".
  if (
    Array.isArray(body) && body.length > 0 && jsonPath(selector).keys?.length &&
    !jsonPath(selector).all(body).length
  ) {
    return new ExtractError(`Cannot read page: its body is a list, in which "${selector}" cannot be`, {
      code: "page-shape",
      next:
        "set data_selector to $ if the list is that of the records; else check the content type of the answer",
    });
  }
  if (!wasList || body === undefined || Array.isArray(body)) return undefined;
  const what = body === null ? "null" : isJsonObject(body) ? "an object" : `a ${typeof body}`;
  return new ExtractError(`Cannot read page: its body is ${what}, those of the pages before were lists`, {
    code: "page-shape",
    next: "run again later; where it stays so, check the paginator and data_selector of this resource",
  });
}

function isErrorBody(body: JsonValue | undefined, selector: string, isDetected: boolean): boolean {
  if (!isJsonObject(body) || !hasSign(body)) return false;
  const matches = jsonPath(selector).all(body);
  const isNowhere = matches.every((match) => match === null);
  if (!isDetected) return selector !== "$" && isNowhere;
  if (!Object.keys(body).every((key) => BESIDE.has(plainName(key)))) return false;
  const isPlace = PLACES.has(plainName(jsonPath(selector).keys?.[0] ?? ""));
  return !isPlace || isNowhere || matches.every((match) => Array.isArray(match) && !match.length);
}

function hasSign(body: JsonObject): boolean {
  return Object.entries(body).some(([key, value]) => SIGNS.includes(plainName(key)) && !isNothing(value));
}

function isNothing(value: JsonValue): boolean {
  return value === null || value === false || value === "" || value === 0 ||
    (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0);
}

function plainName(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, "");
}
