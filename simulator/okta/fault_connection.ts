/**
 * Faults of the connection: the answer is right and does not arrive as it should. How it is sent is in
 * `delivery.ts`.
 *
 * @module
 */

import type { Delivery } from "./delivery.ts";
import type { FaultKind, FaultKinds, FaultName } from "./fault_kinds.ts";

function delivered<K extends FaultName>(help: string, delivery: Delivery): FaultKind<K> {
  return { group: "connection", help, spoil: (reply) => ({ ...reply, delivery }) };
}

/** The kinds. */
export const CONNECTION_FAULTS: FaultKinds<
  | "reset-before-headers"
  | "reset-in-headers"
  | "reset-mid-body"
  | "reset-after-body"
  | "not-http"
  | "hang"
  | "hang-mid-body"
  | "delay"
  | "drip"
> = {
  "reset-before-headers": delivered("the connection breaks before the answer", { how: "reset" }),
  "reset-in-headers": delivered("it breaks within the headers", {
    how: "raw",
    text: "HTTP/1.1 200 OK\r\nCont",
  }),
  "reset-mid-body": delivered("it breaks within the body", { how: "cut", share: 0.5 }),
  "reset-after-body": delivered("it breaks when the whole body was sent", { how: "cut", share: 1 }),
  "not-http": delivered("bytes that are not HTTP", { how: "raw", text: "220 mail.example ESMTP\r\n\r\n" }),
  hang: {
    group: "connection",
    help: "no answer until the client gives up, or for `ms`",
    samples: [{}],
    spoil: (reply, { ms }) => ({ ...reply, delivery: { how: "late", ms: ms ?? AN_HOUR_MS } }),
  },
  "hang-mid-body": {
    group: "connection",
    help: "half the answer, and the rest never, or after `ms`",
    samples: [{}],
    spoil: (reply, { ms }) => ({ ...reply, delivery: { how: "drip", pieces: 2, pauseMs: ms ?? AN_HOUR_MS } }),
  },
  delay: {
    group: "connection",
    help: "a good answer after `ms`",
    samples: [{ ms: 3 }],
    spoil: (reply, { ms }) => ({ ...reply, delivery: { how: "late", ms } }),
  },
  drip: {
    group: "connection",
    help: "a good answer in `pieces`, `pauseMs` apart",
    samples: [{ pieces: 5, pauseMs: 1 }, { pieces: 20, pauseMs: 0 }],
    spoil: (reply, { pieces, pauseMs }) => ({ ...reply, delivery: { how: "drip", pieces, pauseMs } }),
  },
};

const AN_HOUR_MS = 3_600_000;
