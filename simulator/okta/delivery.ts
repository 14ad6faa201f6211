/**
 * How an answer goes on the wire: whole, as it should, or broken on purpose.
 *
 * @module
 */

import type { ServerResponse } from "node:http";
import type { Reply } from "./reply.ts";

/** A way to send an answer that is not the usual one. */
export type Delivery =
  /** The connection breaks before anything is sent. */
  | { readonly how: "reset" }
  /** These bytes in place of an answer, then the end. */
  | { readonly how: "raw"; readonly text: string }
  /** A share of the body, then the connection breaks. */
  | { readonly how: "cut"; readonly share: number }
  /** The whole answer after a while. */
  | { readonly how: "late"; readonly ms: number }
  /** The body in pieces, with a pause before each but the first. */
  | { readonly how: "drip"; readonly pieces: number; readonly pauseMs: number };

/** Waits; ends early when the server is closed, and says whether it still runs. */
export type Pause = (ms: number) => Promise<boolean>;

/** Sends an answer with headers that are complete, and returns how many bytes of the body were sent. */
export async function deliver(
  response: ServerResponse,
  { status, headers, body, delivery }: Omit<Reply, "body"> & { body: string | Uint8Array },
  pause: Pause,
): Promise<number> {
  const size = Buffer.byteLength(body);
  if (delivery?.how === "reset") {
    // On a kept-alive connection fetch repeats such a request once by itself; use count 0 or 2 to be noticed.
    response.destroy();
    return 0;
  }
  if (delivery?.how === "raw") {
    response.socket?.end(delivery.text);
    return 0;
  }
  if (delivery?.how === "late" && !await pause(delivery.ms)) return 0;
  response.sendDate = false;
  response.writeHead(status, { "content-length": String(size), ...headers });
  if (delivery?.how === "cut") {
    const part = Buffer.from(body).subarray(0, Math.floor(size * delivery.share));
    response.write(part, () => response.destroy());
    return part.length;
  }
  if (delivery?.how === "drip") return await drip(response, Buffer.from(body), { ...delivery, pause });
  // A text is written together with the headers in one piece, which is a fifth faster than bytes.
  response.end(body);
  return size;
}

async function drip(
  response: ServerResponse,
  body: Uint8Array,
  { pieces, pauseMs, pause }: { pieces: number; pauseMs: number; pause: Pause },
): Promise<number> {
  const pieceBytes = Math.max(1, Math.ceil(body.length / pieces));
  for (let at = 0; at < body.length; at += pieceBytes) {
    if (at > 0 && (!await pause(pauseMs) || response.destroyed)) return at;
    response.write(body.subarray(at, at + pieceBytes));
  }
  response.end();
  return body.length;
}
