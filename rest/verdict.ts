/**
 * What an answer means: a parsed body, or a failure that says what happened and whether to try again. Pure:
 * nothing here waits or sends.
 * @module
 */
import { isJsonObject, type JsonValue, parseJson } from "../pipeline/json.ts";
import { redact } from "../pipeline/secret.ts";
import { type BodyFormat, bodyText, type ReadBody, readBody, type Received } from "./body.ts";
import { challengeParam } from "./challenge.ts";
import { type SentParts, withoutEcho } from "./echo.ts";
import type { Answer } from "./exchange.ts";
import type { Failure } from "./failure.ts";
import type { ErrorFormat } from "./types.ts";

/** A body or a failure. */
export type Verdict = ReadBody | { readonly failure: Failure };

/** What a verdict depends on besides the answer. */
export interface VerdictOptions {
  readonly transientStatuses: ReadonlySet<number>;
  readonly errorFormat?: ErrorFormat;
  /** What a good answer's body is read as; without one, its content type decides. */
  readonly format?: BodyFormat;
  /** What a refusal may repeat of the request. */
  readonly sent: SentParts;
}

const LONGEST_SENTENCE = 200;
/** Where APIs put their sentence, the most usual first. */
const SENTENCE_PLACES = [
  "message",
  "error.message",
  "error_description",
  "error",
  "detail",
  "title",
  "errors.0.message",
  "errors.0.detail",
  "errorMessages.0",
  "errorSummary",
  "description",
  "errors.0",
  "0.message",
];

/** Judges an answer by status, content type and body. */
export async function judge(answer: Received, options: VerdictOptions): Promise<Verdict> {
  if (answer.status < 200 || answer.status >= 300) return { failure: refused(answer, options) };
  const read = await readBody(answer, options.format);
  if (!("code" in read)) return read;
  const requestId = requestIdOf(answer, options.errorFormat);
  return { failure: { ...read, status: answer.status, requestId } };
}

/** What can be read of an answer that ends a walk, whatever its status; unreadable is empty. */
export async function glance(answer: Received, format?: BodyFormat): Promise<ReadBody> {
  const read = await readBody(answer, format);
  return "code" in read ? { bytes: answer.bytes, body: undefined, isPlain: false } : read;
}

function refused(
  answer: Received,
  { errorFormat: format, transientStatuses, sent }: VerdictOptions,
): Failure {
  const { status } = answer;
  const body = tryParse(bodyText(answer));
  const apiCode = codeAt(body, format?.code);
  const sentence = format?.message ? shortSentence(valueAt(body, format.message)) : usualSentence(body, sent);
  const scope = status === 403 ? missingScope(answer.headers) : undefined;
  const parts = [
    `server answered ${status}${apiCode ? ` (${apiCode})` : ""}`,
    scope && `the credentials lack the scope "${scope}"`,
    sentence && `the API says "${sentence}"`,
  ];
  return {
    code: "http-status",
    reason: parts.filter(Boolean).join(", "),
    isTransient: status === 429 || transientStatuses.has(status),
    status,
    apiCode,
    requestId: requestIdOf(answer, format),
    next: format?.advice?.[apiCode ?? ""] ?? (scope && `grant the scope "${scope}" to these credentials`) ??
      format?.advice?.[String(status)] ?? defaultAdvice(status),
  };
}

/** The API's own sentence where nobody has said where it is, and nobody has looked at what it repeats. */
function usualSentence(body: JsonValue | undefined, sent: SentParts): string | undefined {
  for (const place of SENTENCE_PLACES) {
    const text = valueAt(body, place);
    if (typeof text !== "string" || text.length >= LONGEST_SENTENCE) continue;
    const line = shortSentence(withoutEcho(text, sent));
    if (line !== undefined) return line;
  }
  return undefined;
}

function missingScope(headers: Headers): string | undefined {
  const challenge = headers.get("www-authenticate") ?? "";
  if (challengeParam(challenge, "error") !== "insufficient_scope") return undefined;
  return shortSentence(challengeParam(challenge, "scope")) ?? "unnamed";
}

function defaultAdvice(status: number): string {
  if (status === 401) return "check the credentials of this source";
  if (status === 403) return "give these credentials a role or scope that may read this";
  if (status === 404) return "check base_url and the path of this resource";
  if (status >= 500 || [408, 423, 425, 429].includes(status)) return "rerun later";
  return "check the path, the params and the method of this resource";
}

/** A text of the API that is fit for an error message: one short line without secrets. */
export function shortSentence(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  // deno-lint-ignore no-control-regex
  const line = redact(value).replace(/[\u0000-\u001f\u007f"]+/g, " ").trim();
  return line.length > 0 && line.length < LONGEST_SENTENCE ? line : undefined;
}

function requestIdOf(answer: Answer, format?: ErrorFormat): string | undefined {
  const name = format?.request_id_header;
  return name ? shortSentence(answer.headers.get(name)) : undefined;
}

function codeAt(body: JsonValue | undefined, path: string | undefined): string | undefined {
  const value = valueAt(body, path);
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^[\w.:-]{1,64}$/.test(text) ? redact(text) : undefined;
}

function valueAt(body: JsonValue | undefined, path: string | undefined): JsonValue | undefined {
  if (!path) return undefined;
  let value: JsonValue | undefined = body;
  for (const key of path.split(".")) {
    value = Array.isArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined;
  }
  return value;
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
