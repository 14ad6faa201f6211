/**
 * What an answer means: a parsed body, or a failure that says what happened and whether to try again. Pure:
 * nothing here waits or sends.
 * @module
 */
import { isJsonObject, isPlainJson, type JsonValue, parseJson } from "../pipeline/json.ts";
import { redact } from "../pipeline/secret.ts";
import { challengeParam } from "./challenge.ts";
import type { Answer } from "./exchange.ts";
import type { Failure } from "./failure.ts";
import { originText } from "./origin.ts";
import type { ErrorFormat } from "./types.ts";

/** A body or a failure. */
export type Verdict = { readonly body: JsonValue | undefined; readonly isPlain: boolean } | {
  readonly failure: Failure;
};

/** What a verdict depends on besides the answer. */
export interface VerdictOptions {
  readonly url: string;
  readonly transientStatuses: ReadonlySet<number>;
  readonly format?: ErrorFormat;
  readonly accept?: (status: number, bodyText: string) => boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const LONGEST_SENTENCE = 200;

/** Judges an answer by status, content type and body. */
export function judge(answer: Answer, options: VerdictOptions): Verdict {
  const requestId = requestIdOf(answer, options.format);
  if (answer.status >= 200 && answer.status < 300) {
    const verdict = readJson(answer);
    return "failure" in verdict ? { failure: { ...verdict.failure, requestId } } : verdict;
  }
  if (REDIRECTS.has(answer.status)) return { failure: { ...redirected(answer, options.url), requestId } };
  const text = new TextDecoder().decode(answer.bytes);
  if (answer.status !== 429 && options.accept?.(answer.status, text)) {
    return { body: tryParse(text), isPlain: false };
  }
  return { failure: { ...refused(answer, text, options), requestId } };
}

function readJson(answer: Answer): Verdict {
  const { status } = answer;
  const type = (answer.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const isJson = /[/+](?:json|x-json)$/.test(type);
  const fail = (code: string, reason: string, next?: string): Verdict => ({
    failure: { code, reason, status, isTransient: code !== "not-json", next },
  });
  const notJson = () =>
    fail(
      "not-json",
      `server answered ${status} with ${type || "an unnamed content type"} where JSON is required`,
      "check base_url: such an answer is often a login page or a wrong domain",
    );
  if (type.includes("html")) return notJson();
  if (answer.bytes.length === 0) {
    if (status === 200 && isJson) return fail("truncated", "server answered 200 with an empty JSON body");
    return { body: undefined, isPlain: true };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(answer.bytes);
  } catch {
    return fail("invalid-utf8", `body of ${answer.bytes.length} bytes is not valid UTF-8`);
  }
  try {
    const isPlain = isPlainJson(text);
    return { body: parseJson(text, isPlain), isPlain };
  } catch {
    if (!isJson) return notJson();
    return fail("invalid-json", `body of ${answer.bytes.length} bytes is not valid JSON, it may be cut off`);
  }
}

function redirected(answer: Answer, url: string): Failure {
  const target = URL.parse(answer.headers.get("location") ?? "", url);
  return {
    code: "redirected",
    reason: `server answered ${answer.status} and redirects to ${
      originText(target)
    }, redirects are not followed`,
    isTransient: false,
    status: answer.status,
    next: "set base_url to the address that answers itself",
  };
}

function refused(answer: Answer, text: string, { format, transientStatuses }: VerdictOptions): Failure {
  const { status } = answer;
  const body = tryParse(text);
  const apiCode = codeAt(body, format?.code);
  const sentence = shortSentence(valueAt(body, format?.message));
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
    next: format?.advice?.[apiCode ?? ""] ?? (scope && `grant the scope "${scope}" to these credentials`) ??
      format?.advice?.[String(status)] ?? defaultAdvice(status),
  };
}

function missingScope(headers: Headers): string | undefined {
  const challenge = headers.get("www-authenticate") ?? "";
  if (challengeParam(challenge, "error") !== "insufficient_scope") return undefined;
  return shortSentence(challengeParam(challenge, "scope")) ?? "unnamed";
}

function defaultAdvice(status: number): string | undefined {
  if (status === 401) return "check the credentials of this source";
  if (status === 403) return "give these credentials a role or scope that may read this";
  if (status === 404) return "check base_url and the path of this resource";
  if (status >= 500) return "rerun later";
  return undefined;
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
    return parseJson(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
