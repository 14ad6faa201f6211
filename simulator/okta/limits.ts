/**
 * Rate limits: one window per credential and bucket, under a ceiling the organisation shares, and the limit on
 * requests in flight. The record of manners (who asked although nothing remained) is kept here too.
 *
 * @module
 */

/** The limits of an organisation. */
export interface RateLimitOptions {
  /** Ceilings per minute; `none` counts but never refuses. */
  readonly profile?: "none" | "integrator" | "workforce" | "tiny";
  /** Length of a window; the real one is 60,000. Resets are reported in whole seconds all the same. */
  readonly windowMs?: number;
  /** The share of a bucket one credential may use, 0.5 unless set. */
  readonly share?: number;
  /** Requests in flight at once; by default what the profile allows. */
  readonly concurrency?: number;
  /** What other clients take from every bucket per window. */
  readonly externalLoad?: number;
}

/** The buckets, by method and path pattern. */
export type Bucket =
  | "/users"
  | "/users/{id}"
  | "/groups/*"
  | "/groups/{id}"
  | "/apps*"
  | "/apps/{id}"
  | "/logs"
  | "/sessions*"
  | "/oauth2/v1/token"
  | "other";

const CEILINGS: Readonly<Record<"integrator" | "workforce", Readonly<Record<Bucket, number>>>> = {
  integrator: {
    "/users": 100,
    "/users/{id}": 100,
    "/groups/*": 100,
    "/groups/{id}": 100,
    "/apps*": 20,
    "/apps/{id}": 100,
    "/logs": 20,
    "/sessions*": 100,
    "/oauth2/v1/token": 300,
    other: 100,
  },
  workforce: {
    "/users": 600,
    "/users/{id}": 2000,
    "/groups/*": 500,
    "/groups/{id}": 1000,
    "/apps*": 100,
    "/apps/{id}": 500,
    "/logs": 120,
    "/sessions*": 750,
    "/oauth2/v1/token": 300,
    other: 1200,
  },
};
const CONCURRENCY = { none: Infinity, integrator: 35, workforce: 75, tiny: 5 };
const UNLIMITED = 10_000_000;
const TINY = 10;

/** What the limiter says about a request. */
export interface Admission {
  readonly isAdmitted: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Epoch seconds. */
  readonly reset: number;
}

/** How well clients have behaved. */
export interface Politeness {
  requests: number;
  throttled: number;
  /** Requests that arrived although the last answer had said that nothing remained. */
  whileExhausted: number;
  concurrencyRefusals: number;
  maxConcurrency: number;
  buckets: Record<string, { requests: number; throttled: number; whileExhausted: number }>;
}

interface Window {
  startedAt: number;
  used: number;
}

/** The limiter of one organisation. */
export class RateLimiter {
  readonly options: Required<RateLimitOptions>;
  readonly politeness: Politeness = {
    requests: 0,
    throttled: 0,
    whileExhausted: 0,
    concurrencyRefusals: 0,
    maxConcurrency: 0,
    buckets: {},
  };
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();
  #inFlight = 0;

  constructor(options: RateLimitOptions, now: () => number) {
    const profile = options.profile ?? "none";
    this.options = {
      profile,
      windowMs: options.windowMs ?? 60_000,
      share: options.share ?? 0.5,
      concurrency: options.concurrency ?? CONCURRENCY[profile],
      externalLoad: options.externalLoad ?? 0,
    };
    this.#now = now;
  }

  /** Counts a request in, and says whether there is room for it. */
  enter(): boolean {
    this.#inFlight++;
    this.politeness.requests++;
    this.politeness.maxConcurrency = Math.max(this.politeness.maxConcurrency, this.#inFlight);
    const hasRoom = this.#inFlight <= this.options.concurrency;
    if (!hasRoom) this.politeness.concurrencyRefusals++;
    return hasRoom;
  }

  /** Counts a request out. */
  leave(): void {
    this.#inFlight--;
  }

  /** Takes one call of a credential from a bucket. */
  take(credential: string, bucket: Bucket): Admission {
    const total = this.#ceiling(bucket);
    const limit = Math.max(1, Math.floor(total * this.options.share));
    const own = this.#window(`${credential} ${bucket}`);
    const shared = this.#window(bucket);
    const external = this.options.profile === "none" ? 0 : this.#externalUse(shared);
    const left = () => Math.max(0, Math.min(limit - own.used, Math.floor(total - external - shared.used)));
    const reset = Math.ceil((own.startedAt + this.options.windowMs) / 1000);
    const isAdmitted = left() > 0;
    this.#note(bucket, isAdmitted);
    if (isAdmitted) {
      own.used++;
      shared.used++;
    }
    return { isAdmitted, limit, remaining: left(), reset };
  }

  #ceiling(bucket: Bucket): number {
    const { profile } = this.options;
    if (profile === "none") return UNLIMITED;
    return profile === "tiny" ? TINY : CEILINGS[profile][bucket];
  }

  /** A window starts at the first call after the one before has passed. */
  #window(name: string): Window {
    const now = this.#now();
    const window = this.#windows.get(name);
    if (window && now < window.startedAt + this.options.windowMs) return window;
    const fresh = { startedAt: now, used: 0 };
    this.#windows.set(name, fresh);
    return fresh;
  }

  #externalUse(window: Window): number {
    const elapsed = (this.#now() - window.startedAt) / this.options.windowMs;
    return this.options.externalLoad * Math.min(1, elapsed + 0.1);
  }

  #note(bucket: Bucket, isAdmitted: boolean): void {
    const { politeness } = this;
    const counts = politeness.buckets[bucket] ??= { requests: 0, throttled: 0, whileExhausted: 0 };
    counts.requests++;
    if (isAdmitted) return;
    counts.throttled++;
    counts.whileExhausted++;
    politeness.throttled++;
    politeness.whileExhausted++;
  }
}
