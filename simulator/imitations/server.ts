/**
 * What all imitations stand on: a server on loopback that logs what it is asked and sends answers given as
 * data. `node:http` is used because it can send a header twice.
 * @module
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request whose body has been read. */
export interface Call {
  readonly method: string;
  /** Absolute; its origin is the one that the client called. */
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** An answer that ends the handling of a call from anywhere within it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** A request as the log keeps it, with the status it was answered with. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
}

/** A running imitation of an API, and what a perfect reader would have got from it. */
export interface Imitation<Truth> extends AsyncDisposable {
  /** Where it listens, for example `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Every request so far, oldest first; may be emptied. */
  readonly requests: SeenRequest[];
  /** All records as they are now, by resource. */
  readonly truth: Truth;
  /** A command line that shows the first records. */
  readonly tryIt: string;
  /** Stops the server and breaks open connections. */
  close(): Promise<void>;
}

/** What every imitation can be started with. */
export interface ImitationOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Same seed, same records. @default 1 */
  readonly seed?: number;
  /** Epoch milliseconds at which the calendar stands still. @default it runs with the machine's clock */
  readonly now?: number;
}

/** The part of an imitation that is the same for all. */
export type Listener = Pick<Imitation<unknown>, "url" | "requests" | "close"> & AsyncDisposable;

/** Serves answers on 127.0.0.1; `answer` may throw a {@link Refusal}. */
export async function listen(answer: (call: Call) => Answer, port = 0): Promise<Listener> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      // A defect of the imitation must not look like a behaviour of the API.
      console.error("imitation failed:", error);
      response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await read(request, url);
    const reply = settled(() => answer(call));
    const path = request.url ?? "/";
    const headers = Object.fromEntries(call.headers);
    requests.push({ method: call.method, path, headers, body: call.body, status: reply.status });
    write(response, reply);
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  }

  return { url, requests, close, [Symbol.asyncDispose]: close };
}

async function read(request: IncomingMessage, ownUrl: string): Promise<Call> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { host } = request.headers;
  // Links lead back to the name the client came by, since credentials go to that origin only.
  const origin = host !== undefined && /^[\w.-]+(:\d+)?$/.test(host) ? `http://${host}` : ownUrl;
  const path = request.url ?? "/";
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, [value].flat().join(", "));
  }
  return {
    method: request.method ?? "GET",
    url: new URL(path.startsWith("/") ? origin + path : path),
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

/** The answer, be it returned or thrown as a {@link Refusal}. */
export function settled(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  const isText = typeof body === "string";
  const text = body === undefined ? "" : isText ? body : JSON.stringify(body);
  const type = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  response.writeHead(status, {
    ...(body !== undefined && { "content-type": type }),
    ...(status !== 304 && { "content-length": String(Buffer.byteLength(text)) }),
    ...headers as Record<string, string | string[]>,
  });
  response.end(text);
}

/** What the `:names` of a template match in a path, decoded; undefined when the path is another one. */
export function matchPath(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (!part.startsWith(":")) {
      if (part !== given[index]) return undefined;
      continue;
    }
    try {
      found[part.slice(1)] = decodeURIComponent(given[index]);
    } catch {
      return undefined;
    }
    if (found[part.slice(1)] === "") return undefined;
  }
  return found;
}

/** User name and password of basic authentication. */
export function basicCredentials(headers: Headers): { user: string; password: string } | undefined {
  const encoded = /^Basic ([\w+/]+=*)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The token of bearer authentication. */
export function bearerToken(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** The number that a text spells with digits alone. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
