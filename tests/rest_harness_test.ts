/**
 * What the REST tests share: a server on loopback with a client for it, and a clock that jumps. Holds no
 * tests itself.
 * @module
 */
import assert from "assert";
import { SluiceError } from "../pipeline/errors.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { RestClient } from "../rest/client.ts";
import type { ClientConfig } from "../rest/types.ts";

/** A clock that jumps instead of sleeping and writes down how far. */
export class JumpingTimer {
  readonly slept: number[] = [];
  #now: number;
  constructor(now = Date.parse("2026-03-01T00:00:00Z")) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.slept.push(ms);
    this.#now += ms;
    return Promise.resolve();
  }
}

/** A request as the server saw it. */
export type SeenRequest = Pick<Request, "method" | "url" | "headers">;
/** Answers a request; `count` counts from 1. */
export type Handler = (request: Request, count: number) => Response | Promise<Response>;

/** A server, a client for it, and what both saw. */
export async function withClient(
  handler: Handler,
  config: Partial<ClientConfig>,
  use: (parts: {
    client: RestClient;
    base: string;
    requests: SeenRequest[];
    events: RunEvent[];
    timer: JumpingTimer;
    controller: AbortController;
  }) => Promise<void>,
): Promise<void> {
  const requests: SeenRequest[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    // The headers of a served request are gone once it is answered.
    requests.push({ method: request.method, url: request.url, headers: new Headers(request.headers) });
    return handler(request, requests.length);
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const events: RunEvent[] = [];
  const timer = new JumpingTimer();
  const controller = new AbortController();
  const client = new RestClient({ base_url: base, ...config }, {
    signal: controller.signal,
    emit: (event) => events.push(event),
    timer,
  });
  await use({ client, base, requests, events, timer, controller });
}

/** A JSON answer. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  return Response.json(value, init);
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<SluiceError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "no error was thrown" });
}
