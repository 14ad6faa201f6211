/**
 * Faults in bodies: no JSON, other JSON than was asked for, or JSON in other bytes.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import type { FaultKinds, FaultParameters } from "./fault_kinds.ts";
import type { Reply } from "./reply.ts";

const INVALID: Readonly<Record<FaultParameters["invalid-json"]["how"], (body: string) => string>> = {
  comma: (body) => body.replace(/([\]}])$/, ",$1"),
  quotes: (body) => body.replaceAll('"', "'"),
  nan: (body) => body.replace(/:\s*(?:true|false|null|\d+|"[^"]*")/, ":NaN"),
  two: (body) => body + body,
  garbage: (body) => `${body}</pre>`,
  comment: (body) => `// served by node 3\n${body}`,
  control: (body) => body.replace(/":"/, '":"\u0001\n'),
};

function withBytes(reply: Reply, bytes: Uint8Array, headers: Reply["headers"] = {}): Reply {
  return { ...reply, bytes, headers: { ...reply.headers, ...headers } };
}

/** The kinds. */
export const BODY_FAULTS: FaultKinds<
  | "empty-body"
  | "truncated-json"
  | "invalid-json"
  | "invalid-utf8"
  | "bom"
  | "utf-16"
  | "padding"
  | "scalar-body"
  | "null-records"
  | "truncated-gzip"
> = {
  "empty-body": {
    group: "body",
    help: "200 with no body",
    spoil: (reply) => ({ ...reply, body: "", items: 0 }),
  },
  "truncated-json": {
    group: "body",
    help: "200 with the first part of the body",
    spoil: (reply) => ({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length * 0.6)) }),
  },
  "invalid-json": {
    group: "body",
    help:
      "200 with what is nearly JSON: commas, quotes, `NaN`, two documents, garbage, comments, control characters",
    samples: (Object.keys(INVALID) as (keyof typeof INVALID)[]).map((how) => ({ how })),
    spoil: (reply, { how }) => ({ ...reply, body: INVALID[how](reply.body) }),
  },
  "invalid-utf8": {
    group: "body",
    help: "200 with bytes that are not UTF-8",
    spoil(reply) {
      const bytes = Buffer.from(reply.body);
      if (bytes.length > 20) bytes.set([0xff, 0xfe, 0xc3, 0x28], Math.floor(bytes.length / 2));
      return withBytes(reply, bytes);
    },
  },
  bom: {
    group: "body",
    help: "a good body after a byte order mark",
    spoil: (reply) => withBytes(reply, Buffer.from(`\ufeff${reply.body}`)),
  },
  "utf-16": {
    group: "body",
    help: "a good body in UTF-16, and the header says so",
    spoil: (reply) =>
      withBytes(reply, Buffer.from(`\ufeff${reply.body}`, "utf16le"), {
        "content-type": "application/json; charset=utf-16le",
      }),
  },
  padding: {
    group: "body",
    help: "a good body after `bytes` of white space",
    samples: [{ bytes: 10_000 }, { bytes: 1_000_000 }],
    spoil: (reply, { bytes }) => ({ ...reply, body: `${" \n".repeat(bytes / 2)}${reply.body}` }),
  },
  "scalar-body": {
    group: "body",
    help: "200 with a text, a number, a truth value or null in place of a list",
    samples: ['"ok"', "42", "true", "null", "[[]]", "{}"].map((text) => ({ text })),
    deceives: "everybody",
    spoil: (reply, { text }) => ({ ...reply, body: text, items: 0 }),
  },
  "null-records": {
    group: "body",
    help: "values that are no records, between the records of a page",
    samples: ["null", "0", '"text"', "[]"].map((text) => ({ text })),
    spoil(reply, { text }, { list }) {
      const records = list.records(reply);
      return records ? list.withRecords(reply, [...records, text]) : reply;
    },
  },
  "truncated-gzip": {
    group: "body",
    help: "a packed body that is cut off",
    spoil: (reply) => withBytes(reply, gzipSync(reply.body).subarray(0, -9), { "content-encoding": "gzip" }),
  },
};
