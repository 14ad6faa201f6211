/**
 * One request and one whole answer over the network: the time limit covers the body, the body is always
 * read to its end, and failures come back as reasons that hold no URL.
 * @module
 */
import { concatenated } from "../pipeline/bytes.ts";

/** An answer whose body has been read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** The largest body that is read: more does not fit into one text. */
export const LARGEST_BODY_BYTES = 2 ** 29 - 24;

/** No answer, or half of one, or one without end. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  readonly code: "timeout" | "network" | "network-permission" | "body-too-large";
  /** Whether trying again can help. */
  readonly isTransient: boolean;
  constructor(code: ExchangeError["code"], reason: string, isTransient = true) {
    super(reason);
    this.code = code;
    this.isTransient = isTransient;
  }
}

/**
 * Sends a request and reads the answer.
 *
 * @throws {ExchangeError} when no whole answer arrived
 * @throws the signal's reason when it aborts
 */
export async function exchange(
  url: string,
  init: RequestInit,
  { timeoutMs, signal, maxBytes = LARGEST_BODY_BYTES }: {
    timeoutMs: number;
    signal: AbortSignal;
    maxBytes?: number;
  },
): Promise<Answer> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  let isTimedOut = false;
  const expire = () => {
    isTimedOut = true;
    controller.abort();
  };
  signal.addEventListener("abort", abort, { once: true });
  const timeout = setTimeout(expire, timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: controller.signal });
    return {
      status: response.status,
      headers: response.headers,
      bytes: await readWhole(response, maxBytes),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExchangeError) throw error;
    if (isTimedOut) throw new ExchangeError("timeout", `no whole answer within ${timeoutMs / 1000} s`);
    throw networkError(error);
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener("abort", abort);
  }
}

/** Counts as it reads, because a small packed body may be a large one; what says its length is read in one go. */
async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array> {
  if (lengthOf(response.headers) <= maxBytes) return await response.bytes();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new ExchangeError(
        "body-too-large",
        `body has more than ${maxBytes} bytes, which is the limit`,
        false,
      );
    }
    chunks.push(chunk);
  }
  return concatenated(chunks, size);
}

/** The length of a body that the connection ends there; of others it is not what a header says. */
function lengthOf(headers: Headers): number {
  const isAsSent = !headers.has("content-encoding") && !headers.has("transfer-encoding");
  return isAsSent ? Number(headers.get("content-length") ?? Infinity) : Infinity;
}

const REASONS: readonly { pattern: RegExp; reason: string; isTransient?: boolean }[] = [
  { pattern: /certificate/i, reason: "the server's certificate is not trusted", isTransient: false },
  { pattern: /dns error|lookup address|name or service not known/i, reason: "the host name was not found" },
  { pattern: /connection refused/i, reason: "the server refused the connection" },
  {
    pattern: /invalid header|invalid url|url scheme/i,
    reason: "the request is not valid",
    isTransient: false,
  },
  { pattern: /handshake|tls/i, reason: "no secure connection could be made" },
  { pattern: /reset|closed|end of file|eof|broken pipe|body/i, reason: "the connection was cut" },
];

// The runtime's own text holds the whole URL with its query, so it is mapped and never passed on.
function networkError(error: unknown): ExchangeError {
  if (error instanceof Deno.errors.NotCapable) {
    return new ExchangeError(
      "network-permission",
      "the process may not use the network for this host",
      false,
    );
  }
  const text = describe(error);
  const known = REASONS.find(({ pattern }) => pattern.test(text));
  return new ExchangeError("network", known?.reason ?? "the connection failed", known?.isTransient);
}

/** All messages of an error and its causes, without URLs, whose words could be mistaken for a reason. */
function describe(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each instanceof Error && texts.length < 5; each = each.cause) {
    texts.push(each.message);
  }
  return texts.join("; ").replace(/https?:\/\/[^\s)]*/gi, "");
}
