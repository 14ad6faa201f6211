/**
 * A request as it leaves: all its headers in their order of precedence, credentials last, and its body.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { revealText } from "../pipeline/secret.ts";
import type { BodyFormat } from "./body.ts";
import { bodyBytes } from "./request_body.ts";
import type { Route } from "./route.ts";
import type { AuthContext, RequestSpec, Text } from "./types.ts";

const ACCEPT: Readonly<Record<BodyFormat, string>> = {
  json: "application/json",
  ndjson: "application/x-ndjson, application/jsonl;q=0.9, */*;q=0.1",
  csv: "text/csv, */*;q=0.1",
};

/** What a request is sent with. */
export interface OutgoingContext {
  readonly route: Route;
  readonly authContext: AuthContext;
  /** What is asked for where no header says it. */
  readonly format?: BodyFormat;
}

/**
 * Makes what `fetch` takes besides the URL.
 *
 * @throws {ConfigError} "invalid-header" when a header cannot be sent
 */
export async function outgoing(
  request: RequestSpec,
  { route, authContext, format = "json" }: OutgoingContext,
): Promise<RequestInit> {
  const headers = new Headers();
  setHeaders(headers, route.headers);
  setHeaders(headers, request.headers);
  if (request.json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  if (!headers.has("accept")) headers.set("accept", ACCEPT[format]);
  if (route.auth) {
    const { cookie, ...credentials } = await route.auth.headers(request, authContext);
    setHeaders(headers, credentials);
    // There may be others.
    if (cookie) setHeaders(headers, { cookie: [headers.get("cookie"), cookie].filter(Boolean).join("; ") });
  }
  return { method: request.method, headers, body: bodyBytes(request) };
}

function setHeaders(headers: Headers, more: Readonly<Record<string, Text>>): void {
  for (const [name, value] of Object.entries(more)) {
    try {
      headers.set(name, revealText(value));
    } catch {
      throw new ConfigError(
        `Cannot send header "${name}": its name or value has characters that are not allowed`,
        {
          code: "invalid-header",
          next: "use plain ASCII text without line breaks",
        },
      );
    }
  }
}
