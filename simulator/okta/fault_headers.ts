/**
 * Faults in headers: limits, clocks, and what is said of a body that is right.
 *
 * @module
 */

import type { FaultKinds } from "./fault_kinds.ts";
import type { Reply, ReplyHeaders } from "./reply.ts";

const A_YEAR_SECONDS = 31_536_000;

function withHeaders(reply: Reply, headers: ReplyHeaders): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function oddBudget(budget: ReplyHeaders, odd: "missing" | "not-a-number" | "duplicate"): ReplyHeaders {
  return Object.fromEntries(
    Object.entries(budget).flatMap(([name, value]) => {
      if (odd === "missing") return [];
      if (odd === "duplicate") return [[name, `${value}, ${Number(value) + 1}`]];
      return [[name, name.endsWith("reset") ? "soon" : value]];
    }),
  );
}

function without(headers: ReplyHeaders, names: readonly string[]): ReplyHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** The kinds. */
export const HEADER_FAULTS: FaultKinds<
  | "throttle"
  | "rate-headers"
  | "spent-budget"
  | "wrong-clock"
  | "bad-date"
  | "wrong-type"
  | "wrong-charset"
  | "wrong-length"
  | "wrong-encoding"
  | "huge-headers"
  | "odd-headers"
> = {
  throttle: {
    group: "limits",
    help:
      "429, with the usual rate headers, odd ones, `Retry-After`, or a reset that has passed or is a year away",
    samples: [
      {},
      ...([
        "missing",
        "not-a-number",
        "duplicate",
        "retry-after",
        "retry-date",
        "retry-nonsense",
        "past",
        "far",
      ] as const).map((headers) => ({ headers })),
    ],
    instead({ headers: odd }, { refuse, budget, now }) {
      const seconds = Math.floor(now / 1000);
      const at = (reset: number) => budget({ limit: 300, remaining: 0, reset });
      const usual = at(seconds + 1);
      const headers: ReplyHeaders = odd === undefined
        ? usual
        : odd === "retry-after"
        ? { "retry-after": "2" }
        : odd === "retry-date"
        ? { "retry-after": new Date(now + 3000).toUTCString() }
        : odd === "retry-nonsense"
        ? { "retry-after": "-1, soon" }
        : odd === "past"
        ? at(seconds - A_YEAR_SECONDS)
        : odd === "far"
        ? at(seconds + A_YEAR_SECONDS)
        : oddBudget(usual, odd);
      return withHeaders(refuse("E0000047"), headers);
    },
  },
  "rate-headers": {
    group: "limits",
    help: "a good answer whose rate headers are odd",
    samples: [{ headers: "missing" }, { headers: "not-a-number" }, { headers: "duplicate" }],
    spoil(reply, { headers: odd }, { budget, now }) {
      const usual = budget({ limit: 300, remaining: 200, reset: Math.floor(now / 1000) + 1 });
      const names = Object.keys(usual);
      const own = Object.fromEntries(names.map((name) => [name, reply.headers[name] ?? "0"]));
      return { ...reply, headers: { ...without(reply.headers, names), ...oddBudget(own, odd) } };
    },
  },
  "spent-budget": {
    group: "limits",
    help: "a good answer that says nothing remains for `seconds`",
    samples: [{ seconds: 30 }, { seconds: 0 }, { seconds: -60 }],
    spoil: (reply, { seconds }, { budget, now }) =>
      withHeaders(reply, budget({ limit: 300, remaining: 0, reset: Math.floor(now / 1000) + seconds })),
  },
  "wrong-clock": {
    group: "limits",
    help: "a `Date` that is off by `ms`",
    samples: [-3_600_000, 3_600_000, 90 * 86_400_000].map((ms) => ({ ms })),
    spoil: (reply, { ms }, { now }) => withHeaders(reply, { date: new Date(now + ms).toUTCString() }),
  },
  "bad-date": {
    group: "limits",
    help: "a `Date` that is none",
    samples: [{ date: "yesterday" }, { date: "0" }, { date: "Thu, 99 Foo 2026 99:99:99 GMT" }],
    spoil: (reply, { date }) => withHeaders(reply, { date }),
  },
  "wrong-type": {
    group: "headers",
    help: "a content type that is not that of the body",
    samples: [
      "text/plain",
      "text/html",
      "text/csv",
      "application/xml",
      "application/octet-stream",
      "application/x-ndjson",
      "image/png",
      "nonsense",
      "",
    ].map((type) => ({ type })),
    spoil: (reply, { type }) => withHeaders(reply, { "content-type": type }),
  },
  "wrong-charset": {
    group: "headers",
    help: "a charset that is not that of the body, or is not known",
    samples: [{ charset: "martian" }, { charset: "utf-16le" }, { charset: 'US-ASCII"' }],
    spoil: (reply, { charset }) =>
      withHeaders(reply, { "content-type": `application/json; charset=${charset}` }),
  },
  "wrong-length": {
    group: "headers",
    help: "a content length that is too small, or too large, where the rest never comes",
    samples: [{ by: -1 }, { by: -20 }, { by: 1 }],
    spoil: (reply, { by }) =>
      withHeaders(reply, { "content-length": String(Math.max(0, Buffer.byteLength(reply.body) + by)) }),
  },
  "wrong-encoding": {
    group: "headers",
    help: "a content encoding that the body does not have",
    samples: [{ encoding: "gzip" }, { encoding: "br" }, { encoding: "zstd" }],
    spoil: (reply, { encoding }) => withHeaders(reply, { "content-encoding": encoding }),
  },
  "huge-headers": {
    group: "headers",
    help: "a header of `bytes`",
    samples: [{ bytes: 8_000 }, { bytes: 2_000_000 }],
    spoil: (reply, { bytes }) => withHeaders(reply, { "x-padding": "h".repeat(bytes) }),
  },
  "odd-headers": {
    group: "headers",
    help: "headers with characters beyond ASCII, and cookies",
    spoil: (reply) =>
      withHeaders(reply, {
        "x-name": "caf\u00e9 \u00ff",
        "set-cookie": ["session=1; Path=/", "__proto__=2"],
        constructor: "odd",
      }),
  },
};
