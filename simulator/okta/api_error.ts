/**
 * The errors of the simulated API: one class that carries everything an answer needs, and the bodies the
 * documentation gives for each code.
 *
 * @module
 */

import { opaqueText, uuidOf } from "./identifiers.ts";
import { hashText } from "./random.ts";

/** What every code means: its status and its usual summary. */
const CODES: Readonly<Record<string, readonly [status: number, summary: string]>> = {
  E0000001: [400, "Api validation failed"],
  E0000005: [403, "Invalid session"],
  E0000006: [403, "You do not have permission to perform the requested action"],
  E0000007: [404, "Not found"],
  E0000008: [404, "The requested path was not found"],
  E0000009: [500, "Internal Server Error"],
  E0000010: [503, "Service is in read only mode."],
  E0000011: [401, "Invalid token provided"],
  E0000022: [405, "The endpoint does not support the provided HTTP method"],
  E0000029: [400, "Invalid paging request."],
  E0000030: [
    400,
    "Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. 2013-01-01T12:00:00.000-07:00.",
  ],
  E0000031: [400, "Invalid search criteria."],
  E0000033: [400, "The 'search' and 'filter' parameters cannot both be present."],
  E0000047: [429, "API call exceeded rate limit due to too many requests."],
  E0000053: [400, "Invalid SCIM filter."],
  E0000100: [503, "The service is temporarily unavailable. Search is unavailable."],
  E0000122: [406, "The Accept header is not supported. Must be application/json."],
  E0000181: [503, "The service is temporarily unavailable."],
  E0000239: [423, "Policy priorities are being reconciled. Please try again later."],
};

/** What an error may say beside its code. */
export interface ApiErrorDetails {
  /** Replaces the usual summary. */
  readonly summary?: string;
  readonly causes?: readonly string[];
  /** Sends no body at all. */
  readonly isBodyEmpty?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

let occurrences = 0;

/** A refusal, thrown by anything that handles a request and written by the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly details: ApiErrorDetails;

  constructor(code: string, details: ApiErrorDetails = {}, status = CODES[code]?.[0] ?? 400) {
    super(details.summary ?? CODES[code]?.[1] ?? code);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** The body in the shape of the Management API. */
  body(): string {
    if (this.details.isBodyEmpty) return "";
    const errorCauses = (this.details.causes ?? []).map((errorSummary) => ({ errorSummary }));
    const errorId = `oae${opaqueText(hashText(this.code, occurrences++), 11)}`;
    return JSON.stringify({
      errorCode: this.code,
      errorSummary: this.message,
      errorLink: this.code,
      errorId,
      errorCauses,
    });
  }

  /** The body in the shape the System Log uses: fewer members, and a UUID. */
  logBody(): string {
    if (this.details.isBodyEmpty) return "";
    const cause = this.details.causes?.[0];
    const errorSummary = cause ? `${this.message} ${cause}` : this.message;
    const errorId = uuidOf(hashText(this.code, occurrences++), "8");
    return JSON.stringify({ errorCode: this.code, errorSummary, errorId });
  }
}

/** The 404 of a thing that does not exist. */
export function notFound(given: string, kind: "User" | "UserGroup" | "AppInstance" | "AppSession"): ApiError {
  return new ApiError("E0000007", { summary: `Not found: Resource not found: ${given} (${kind})` });
}

/** The 403 without a body by which the API says that a token lacks a scope. */
export function missingScope(scope: string, path: string, origin: string): ApiError {
  const challenge = `Bearer authorization_uri="${origin}/oauth2/v1/authorize", realm="${origin}", ` +
    `scope="${scope}", error="insufficient_scope", ` +
    `error_description="The access token provided does not contain the required scopes.", resource="${path}"`;
  return new ApiError("E0000006", { isBodyEmpty: true, headers: { "www-authenticate": challenge } });
}
