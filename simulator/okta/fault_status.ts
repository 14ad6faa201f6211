/**
 * Faults by status: refusals, answers of machines in between, and redirects.
 *
 * @module
 */

import type { FaultKinds } from "./fault_kinds.ts";
import type { Reply } from "./reply.ts";

const HTML = { "content-type": "text/html" };

function page(status: number, body: string): Reply {
  return { status, headers: { ...HTML }, body, items: 0 };
}

function redirect(location: string, status = 302): Reply {
  return { status, headers: { ...HTML, location }, body: "", items: 0 };
}

/** A query parameter that nobody reads, counted up. */
function turned(url: URL): string {
  const query = new URLSearchParams(url.search);
  query.set("turn", String(Number(query.get("turn") ?? 0) + 1));
  return `${url.pathname}?${query}`;
}

/** The kinds. */
export const STATUS_FAULTS: FaultKinds<
  | "error"
  | "unauthorized"
  | "forbidden"
  | "html"
  | "edge-404"
  | "odd-status"
  | "no-content"
  | "redirect"
  | "redirect-loop"
  | "redirect-back"
  | "redirect-away"
  | "html-page"
  | "error-body"
> = {
  error: {
    group: "status",
    help: "an error of the API by its `code`; with `count` a streak",
    samples: [{ code: "E0000009" }, { code: "E0000010" }, { code: "E0000239" }, { code: "E0000001" }],
    instead: ({ code, summary }, { refuse }) => refuse(code, summary),
  },
  unauthorized: {
    group: "status",
    help: "401 in the middle of a run, as when a token was revoked",
    instead: (_action, { refuse }) => refuse("E0000011"),
  },
  forbidden: {
    group: "status",
    help: "403 in the middle of a run, as when a role was taken away",
    instead: (_action, { refuse }) => refuse("E0000006"),
  },
  html: {
    group: "status",
    help: "a `status` with a page of HTML, as gateways send",
    samples: [{ status: 502 }, { status: 503 }, { status: 504 }, { status: 403 }],
    instead: ({ status }) =>
      page(status, `<html><head><title>${status}</title></head><body>nginx</body></html>`),
  },
  "edge-404": {
    group: "status",
    help: "the 404 of an edge server, without an error code",
    instead: () => ({
      status: 404,
      headers: { "content-type": "application/json", "x-sluice-bare": "1" },
      body: '{"status":404,"message":"Resource not found"}',
      items: 0,
    }),
  },
  "odd-status": {
    group: "status",
    help: "a `status` that makes no sense here, with a good body",
    samples: [300, 304, 402, 418, 451, 501, 511, 520, 599].map((status) => ({ status })),
    spoil: (reply, { status }) => ({ ...reply, status, ...(status === 304 && { body: "" }) }),
  },
  "no-content": {
    group: "status",
    help: "204, as if there were nothing",
    deceives: "everybody",
    instead: () => ({ status: 204, headers: {}, body: "", items: 0 }),
  },
  redirect: {
    group: "status",
    help: "302 to a login page",
    instead: () => redirect("/login/login.htm"),
  },
  "redirect-loop": {
    group: "status",
    help: "302 to an address that does the same, for ever when `count` is 0",
    instead: (_action, { url }) => redirect(turned(url)),
  },
  "redirect-back": {
    group: "status",
    help: "301, 303, 307 or 308 to an address that gives the answer",
    samples: [301, 303, 307, 308].map((status) => ({ status })),
    instead: ({ status }, { url }) => redirect(turned(url), status),
  },
  "redirect-away": {
    group: "status",
    help: "302 to another origin",
    samples: [
      { location: "http://127.0.0.2:9/steal" },
      { location: "//127.0.0.2:9/steal" },
      { location: "https://user:password@127.0.0.2/" },
      { location: "file:///etc/passwd" },
      { location: "javascript:alert(1)" },
      { location: "http://[broken" },
    ],
    instead: ({ location }) => redirect(location),
  },
  "html-page": {
    group: "body",
    help: "200 with a login page",
    instead: () =>
      page(
        200,
        "<!DOCTYPE html><html><head><title>Sign In</title></head><body>Sign in to continue</body></html>",
      ),
  },
  "error-body": {
    group: "body",
    help: "200 with the body of an error",
    instead: (_action, { refuse }) => ({ ...refuse("E0000009"), status: 200 }),
  },
};
