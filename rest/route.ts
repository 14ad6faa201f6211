/**
 * Where a request may go and what may go with it: the client's credentials and headers for its own origin,
 * nothing of the kind for any other.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { insecureAddress, isSecure, originText } from "./origin.ts";
import { ServerClock, type Timer } from "./timer.ts";
import type { Auth, RequestSpec } from "./types.ts";

/** One request's way. */
export interface Route {
  /** The only origin that it may go to. */
  readonly origin: string;
  readonly auth?: Auth;
  /** Headers under those of the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The clock of that server. */
  readonly clock: ServerClock;
}

/** What routes are made of. */
export interface RouteParts {
  /** The client's own origin; empty when it has none. */
  readonly origin: string;
  readonly auth?: Auth;
  /** Headers that any server may see, and those that were configured for the client. */
  readonly defaultHeaders: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: ServerClock;
  readonly timer: Timer;
}

/** Finds the way of each request of a client. */
export class Router {
  readonly #parts: RouteParts;
  readonly #clocks = new Map<string, ServerClock>();

  constructor(parts: RouteParts) {
    this.#parts = parts;
  }

  /**
   * The way of a request to `origin` (default the client's), with `auth` in place of the client's where given.
   *
   * @throws {ConfigError} when nothing may be sent to that origin
   */
  route(request: RequestSpec, { origin: asked, auth }: { origin?: string; auth?: Auth | null }): Route {
    const { origin: own, auth: ownAuth, headers, defaultHeaders, clock } = this.#parts;
    const origin = originFor(request, asked, own);
    const isOwn = origin === own;
    return {
      origin,
      auth: auth === undefined ? (isOwn ? ownAuth : undefined) : auth ?? undefined,
      headers: isOwn ? { ...defaultHeaders, ...headers } : defaultHeaders,
      // A client without an origin of its own has nothing better to go by.
      clock: isOwn || own === "" ? clock : this.#clockOf(origin),
    };
  }

  /** Servers differ in their clocks, and what the client's own says is what cursors go by. */
  #clockOf(origin: string): ServerClock {
    let clock = this.#clocks.get(origin);
    if (!clock) this.#clocks.set(origin, clock = new ServerClock(this.#parts.timer));
    return clock;
  }
}

/**
 * The origin that a request, and a walk that begins with it, may go to: what was asked for, else the client's
 * own, else, for a client without one, that of the request.
 *
 * @throws {ConfigError} "invalid-base-url" or "insecure-base-url" when nothing may be sent there
 */
export function originFor(request: RequestSpec, asked: string | undefined, own: string): string {
  if (asked === undefined && own !== "") return own;
  const url = URL.parse(asked ?? request.url);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(`Cannot send request: it goes to ${originText(url)}, an http(s) URL is required`, {
      code: "invalid-base-url",
      next: "write the whole address, beginning with https://",
    });
  }
  if (url.origin !== own && !isSecure(url)) throw insecureAddress("send request to", url.origin);
  return url.origin;
}
