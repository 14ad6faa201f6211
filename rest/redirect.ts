/**
 * Redirects: what is asked next when a server sends its visitor elsewhere. They are followed within one
 * origin; anywhere else credentials have no business.
 * @module
 */
import type { Answer } from "./exchange.ts";
import type { Failure } from "./failure.ts";
import { isAtOrigin, originText } from "./origin.ts";
import { isAbsolute, queryNames, queryParam, withoutQueryParam, withQueryParam } from "./request_url.ts";
import type { RequestSpec } from "./types.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/** What decides about a redirect besides the answer. */
export interface RedirectContext {
  readonly request: RequestSpec;
  /** The URL that was sent, with credentials that live in the query. */
  readonly sentUrl: string;
  readonly origin: string;
  /** Redirects that this request has followed already. */
  readonly followed: number;
}

/** The request that a redirect asks for, or why it is not made; nothing when the answer is no redirect. */
export function redirected(
  { status, headers }: Pick<Answer, "status" | "headers">,
  { request, sentUrl, origin, followed }: RedirectContext,
): { readonly request: RequestSpec } | { readonly failure: Failure } | undefined {
  const location = headers.get("location");
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const fail = (reason: string, next: string) => ({
    failure: { code: "redirected", reason, isTransient: false, status, next },
  });
  const target = URL.parse(location, request.url);
  if (!target || !isAtOrigin(target, origin)) {
    return fail(
      `server answered ${status} and redirects to ${
        originText(target)
      }, only redirects within ${origin} are followed`,
      "set base_url to the address that answers itself",
    );
  }
  if (followed >= MAX_REDIRECTS) {
    return fail(
      `server redirects more than ${MAX_REDIRECTS} times in a row, which is the limit`,
      "check base_url and the path of this resource; some servers send a visitor in circles who is not signed in",
    );
  }
  const url = withoutCredentials(isAbsolute(location) ? location : target.href, request.url, sentUrl);
  return { request: { ...keepsBody(status, request.method) ? request : withoutBody(request), url } };
}

/** As browsers do: 307 and 308 repeat the request as it is, the others read what it led to. */
function keepsBody(status: number, method: string): boolean {
  if (status === 303) return method === "GET" || method === "HEAD";
  return status === 307 || status === 308 || method !== "POST";
}

function withoutBody({ headers, json: _json, body: _body, ...request }: RequestSpec): RequestSpec {
  const kept = Object.entries(headers).filter(([name]) => !/^content-/i.test(name));
  return { ...request, method: "GET", headers: Object.fromEntries(kept) };
}

/**
 * Servers repeat the query in the addresses they send a visitor to. A key that was added for sending has no place
 * in a request that is kept and shown; it is added again.
 */
export function withoutCredentials(target: string, plainUrl: string, sentUrl: string): string {
  for (const name of queryNames(sentUrl)) {
    const plain = queryParam(plainUrl, name);
    const isAdded = queryParam(sentUrl, name) !== plain;
    if (!isAdded || queryParam(target, name) === undefined) continue;
    target = plain === undefined ? withoutQueryParam(target, name) : withQueryParam(target, name, plain);
  }
  return target;
}
