/**
 * What a fault does to an answer: some replace it, some spoil it once it is made.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import type { FaultAction } from "./faults.ts";
import { errorReply, rateHeaders, type Reply, type ReplyHeaders } from "./reply.ts";

const HTML = { "content-type": "text/html" };
const LOGIN_PAGE =
  "<!DOCTYPE html><html><head><title>Sign In</title></head><body>Sign in to continue</body></html>";

/** The answer a fault gives in place of the real one, or `undefined` when the real one is to be made. */
export function breakAnswer(fault: FaultAction | undefined, now: number): Reply | undefined {
  switch (fault?.kind) {
    case "error":
      return errorReply(
        new ApiError(fault.code, fault.summary === undefined ? {} : { summary: fault.summary }),
        false,
      );
    case "html":
      return page(fault.status, `<html><head><title>${fault.status}</title></head><body>nginx</body></html>`);
    case "edge-404":
      return {
        status: 404,
        headers: { "content-type": "application/json", "x-sluice-bare": "1" },
        body: '{"status":404,"message":"Resource not found"}',
        items: 0,
      };
    case "throttle":
      return throttleReply(fault.headers, now);
    case "redirect":
      return { status: 302, headers: { ...HTML, location: "/login/login.htm" }, body: "", items: 0 };
    case "html-page":
      return page(200, LOGIN_PAGE);
    default:
      return undefined;
  }
}

/** Spoils an answer that was made. */
export function breakReply(
  reply: Reply,
  fault: FaultAction | undefined,
  at: { url: URL; origin: string },
): Reply {
  switch (fault?.kind) {
    case "empty-body":
      return { ...reply, body: "", items: 0 };
    case "truncated-json":
      return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length * 0.6)) };
    case "rate-headers":
      return { ...reply, headers: oddRateHeaders(reply.headers, fault.headers) };
    case "endless-next":
      return withNext(reply, fault.isCycle ? cycleUrl(at) : at.origin + at.url.pathname + at.url.search);
    case "foreign-next":
      return withNext(reply, fault.origin + at.url.pathname + at.url.search);
    default:
      return reply;
  }
}

function page(status: number, body: string): Reply {
  return { status, headers: { ...HTML }, body, items: 0 };
}

function throttleReply(odd: "missing" | "not-a-number" | "duplicate" | undefined, now: number): Reply {
  const reply = errorReply(new ApiError("E0000047"), false);
  const usual = rateHeaders({ limit: 300, remaining: 0, reset: Math.floor(now / 1000) + 1 });
  const headers = odd ? oddRateHeaders(usual, odd) : usual;
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function oddRateHeaders(headers: ReplyHeaders, odd: "missing" | "not-a-number" | "duplicate"): ReplyHeaders {
  const names = ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"];
  const changed = { ...headers };
  for (const name of names) {
    const value = String(changed[name] ?? "0");
    if (odd === "missing") delete changed[name];
    else if (odd === "duplicate") changed[name] = `${value}, ${Number(value) + 1}`;
    else if (name.endsWith("reset")) changed[name] = "soon";
  }
  return changed;
}

function withNext(reply: Reply, url: string): Reply {
  const lines = [reply.headers.link ?? []].flat().filter((line) => !line.includes("next"));
  return { ...reply, headers: { ...reply.headers, link: [...lines, `<${url}>; rel="next"`] } };
}

/** Two URLs that lead to each other and differ only in a parameter nobody reads. */
function cycleUrl({ url, origin }: { url: URL; origin: string }): string {
  const query = new URLSearchParams(url.search);
  query.set("turn", query.get("turn") === "1" ? "2" : "1");
  return `${origin}${url.pathname}?${query}`;
}
