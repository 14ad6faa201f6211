/**
 * Answers that are kept while they come, so that work which was cut short asks for none of them twice: it is done
 * again from its beginning, and what was answered before is answered from there.
 * @module
 */
import { createHash } from "node:crypto";
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../pipeline/json.ts";
import type { FramePlace } from "../pipeline/package_frames.ts";
import { holdsSecret } from "../pipeline/secret.ts";
import type { SendContext, Sent } from "./sender.ts";
import type { RequestSpec, RestResponse } from "./types.ts";
import { identity } from "./walk_ahead.ts";

/** An answer as it is kept: all about it but its body, and that. */
export interface StoredAnswer {
  readonly head: JsonObject;
  readonly bytes: Uint8Array;
}

/** Keeps answers by whose they are and what was asked. */
export interface AnswerBook {
  /** The oldest answer to a request that was kept before this run and not recalled in it yet. */
  recall(owner: string, key: string): Promise<StoredAnswer & { place: FramePlace } | undefined>;
  /** Keeps an answer and says where. */
  keep(owner: string, key: string, answer: StoredAnswer): Promise<FramePlace>;
}

/** Sends a request, or does what stands for it. */
export type Send = (request: RequestSpec, context: SendContext) => Promise<Sent>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The same sending, but a request whose answer is in the book is not sent, and new answers are put into it. */
export function remembering(send: Send, book: AnswerBook): Send {
  return async (request, context) => {
    const owner = context.resource ?? "";
    const key = keyOf(request);
    const known = await book.recall(owner, key);
    if (known) return restored(request, known);
    const sent = await send(request, context);
    const answer = stored(sent, request);
    if (!answer) return sent;
    return { ...sent, response: { ...sent.response, kept: await book.keep(owner, key, answer) } };
  };
}

/**
 * What was found out once, such as the time, so that work that is done again finds out the same: the value that is
 * in the book under a name, else the one that is made, which is put into it.
 */
export async function remembered<T extends JsonValue>(
  book: AnswerBook,
  { owner, name }: { owner: string; name: string },
  make: () => Promise<T>,
): Promise<T> {
  const key = hashOf(`value ${name}`);
  const known = await book.recall(owner, key);
  if (known) return parseJson(decoder.decode(known.bytes)) as T;
  const value = await make();
  await book.keep(owner, key, { head: {}, bytes: encoder.encode(stringifyJson(value)) });
  return value;
}

/** What was asked: two requests that differ in nothing but credentials have the same key. */
export function keyOf(request: RequestSpec): string {
  const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]).sort();
  return hashOf(headers.length ? `${identity(request)} ${canonicalJson(headers)}` : identity(request));
}

/** Addresses may hold what nobody should read in a file. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 27);
}

/** Undefined for an answer that repeats a secret: it is asked for again. */
function stored({ request, response }: Sent, asked: RequestSpec): StoredAnswer | undefined {
  const { status, headers, bytes, body, isPlain, serverTime, ended } = response;
  const head: JsonObject = {
    status,
    headers: [...headers].filter(([name]) => name !== "set-cookie"),
    serverTime,
    isRead: body !== undefined,
    ...(isPlain !== undefined && { isPlain }),
    ...(ended !== undefined && { ended }),
    ...(request !== asked && request.body === undefined && { request: { ...request } as JsonObject }),
  };
  const isUnclear = request !== asked && request.body !== undefined;
  if (isUnclear || holdsSecret(bytes) || holdsSecret(encoder.encode(stringifyJson(head)))) return undefined;
  return { head, bytes };
}

function restored(asked: RequestSpec, { head, bytes, place }: StoredAnswer & { place: FramePlace }): Sent {
  const isPlain = head.isPlain as boolean | undefined;
  const response: RestResponse = {
    status: Number(head.status),
    headers: new Headers(head.headers as [string, string][]),
    bytes,
    body: head.isRead ? parseJson(decoder.decode(bytes), isPlain) : undefined,
    isPlain,
    serverTime: Number(head.serverTime),
    ended: head.ended as string | undefined,
    kept: place,
  };
  const request = isJsonObject(head.request) ? head.request as unknown as RequestSpec : asked;
  return { request, response };
}
