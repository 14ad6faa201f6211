/**
 * Lets requests start: as many at once as allowed, and per bucket as many as the API's budget has room for,
 * so that a limit is met by waiting and not by a 429. When one comes all the same, it is obeyed here.
 * @module
 */
import type { Emit } from "../pipeline/events.ts";
import type { Bucket } from "./bucket.ts";
import type { RequestTarget } from "./bucket_rule.ts";
import { BucketSet } from "./bucket_set.ts";
import { waitTooLong } from "./long_wait.ts";
import type { PaceKeeper } from "./pace.ts";
import { type AnswerHead, readBudget, readThrottle, type Throttle } from "./rate_headers.ts";
import type { ServerClock, Timer } from "./timer.ts";
import type { RateLimitConfig } from "./types.ts";

/** What one request has waited for its limits so far; kept over all its tries. */
export interface WaitAccount {
  readonly resource?: string;
  waitedMs: number;
  /** Rate-limit waits so far. */
  waits: number;
}

/** Leave to send one request. Exactly one of the two methods must be called. */
export interface Permit {
  /**
   * The request was sent; `answer` is missing when none arrived. Returns what a 429 means, by the clock of the
   * server that sent it (default the client's own).
   */
  finish(answer?: AnswerHead, clock?: ServerClock): Throttle | undefined;
  /** The request was not sent after all. */
  cancel(): void;
}

interface Waiter {
  readonly bucket: Bucket;
  readonly account: WaitAccount;
  readonly start: (permit: Permit) => void;
  readonly refuse: (reason: unknown) => void;
}

// How many answers in a row give one slot back after a concurrency 429.
const SUCCESSES_PER_SLOT = 10;
const DEFAULT_MAX_WAIT_SECONDS = 900;
// Timers may fire a little before their time, which would cost a second sleep.
const EARLY_TIMER_MS = 5;

/** What a {@link RateLimiter} works with. */
export interface RateLimiterOptions {
  readonly maxConcurrency: number;
  /** The client's own origin: any other has a budget of its own. Default: there is no other. */
  readonly origin?: string;
  /** What to tell a person whose request would have to wait too long. */
  readonly advice?: string;
  readonly timer: Timer;
  readonly clock: ServerClock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** The gate that every request of a client passes. */
export class RateLimiter {
  readonly #config: RateLimitConfig;
  readonly #options: RateLimiterOptions;
  readonly #buckets: BucketSet;
  readonly #waiting: Waiter[] = [];
  readonly #sleeping = new Set<Bucket | PaceKeeper>();
  #active = 0;
  #parallelism: number;
  #successes = 0;
  /** Counts the halvings, so that one burst of concurrency answers halves once. */
  #halvings = 0;

  constructor(config: RateLimitConfig = {}, options: RateLimiterOptions) {
    this.#config = config;
    this.#options = options;
    this.#parallelism = options.maxConcurrency;
    this.#buckets = new BucketSet(config, options.origin);
  }

  /** The longest that one request may wait for its limits altogether. */
  get maxWaitMs(): number {
    return (this.#config.max_wait ?? DEFAULT_MAX_WAIT_SECONDS) * 1000;
  }

  /** Name of the bucket that a request belongs to. */
  bucketName(request: RequestTarget): string {
    return this.#buckets.of(request).name;
  }

  /**
   * Waits until the request may be sent. A request that has waited before goes ahead of the others.
   *
   * @throws {ExtractError} "rate-limit" when that would take longer than `max_wait`
   */
  acquire(
    request: RequestTarget,
    account: WaitAccount,
    signal: AbortSignal = this.#options.signal,
  ): Promise<Permit> {
    const bucket = this.#buckets.of(request);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const settled = () => signal.removeEventListener("abort", abort);
      const waiter: Waiter = {
        bucket,
        account,
        start: (permit) => (settled(), resolve(permit)),
        refuse: (reason) => (settled(), reject(reason)),
      };
      signal.addEventListener("abort", abort, { once: true });
      if (account.waits > 0) this.#waiting.unshift(waiter);
      else this.#waiting.push(waiter);
      this.#startWaiting();
    });
  }

  /** Starts every waiting request that may start, oldest first. */
  #startWaiting(): void {
    const now = this.#options.timer.now();
    for (const waiter of [...this.#waiting]) {
      if (this.#active >= this.#parallelism) return;
      const admission = waiter.bucket.admit(now);
      if (admission === "after-answer") continue;
      if (typeof admission === "object") {
        this.#sleepUntil(admission.until, waiter.bucket);
        continue;
      }
      const pacedUntil = this.#buckets.pace.readyAt(now);
      // What holds back all requests holds back the ones behind this one, too.
      if (pacedUntil > now) return this.#keepPace(pacedUntil, this.#buckets.pace, waiter);
      const bucketPacedUntil = waiter.bucket.pace.readyAt(now);
      if (bucketPacedUntil > now) {
        this.#keepPace(bucketPacedUntil, waiter.bucket.pace, waiter);
        continue;
      }
      this.#buckets.pace.start(now);
      waiter.bucket.pace.start(now);
      this.#remove(waiter);
      waiter.start(this.#permit(waiter, admission === "probe"));
    }
  }

  #remove(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #permit({ bucket, account }: Waiter, isProbe: boolean): Permit {
    const halvings = this.#halvings;
    this.#active++;
    bucket.start(isProbe);
    const release = (learn: () => Throttle | undefined) => {
      this.#active--;
      bucket.end(isProbe);
      const throttle = learn();
      this.#startWaiting();
      return throttle;
    };
    const { clock } = this.#options;
    return {
      finish: (answer, theirs = clock) =>
        release(() => this.#learn({ bucket, account, halvings }, answer, theirs)),
      cancel: () => void release(() => undefined),
    };
  }

  #learn(
    { bucket, account, halvings }: { bucket: Bucket; account: WaitAccount; halvings: number },
    answer: AnswerHead | undefined,
    clock: ServerClock,
  ): Throttle | undefined {
    const { timer, emit } = this.#options;
    if (!answer) return void bucket.lose();
    const now = timer.now();
    const serverTime = clock.now();
    const told = readBudget(answer.headers, this.#config, serverTime);
    const { limit, remaining, resetAt } = told;
    if (limit !== undefined && remaining !== undefined && resetAt !== undefined && limit > 0) {
      const { resource } = account;
      emit({
        type: "budget",
        resource,
        bucket: bucket.name,
        limit,
        remaining,
        resetAt: now + resetAt - serverTime,
      });
    }
    if (answer.status !== 429) {
      this.#recover();
      if (answer.status >= 500 && remaining === undefined) bucket.lose();
      else bucket.learn(told, { now, serverTime });
      return undefined;
    }
    const throttle = readThrottle(answer, this.#config, { clock, serverTime, refusals: bucket.refuse(now) });
    if (throttle.reason === "rate-limit") bucket.block(now + throttle.waitMs);
    else this.#halve(halvings);
    return throttle;
  }

  #halve(halvings: number): void {
    this.#successes = 0;
    if (halvings !== this.#halvings) return;
    this.#halvings++;
    this.#parallelism = Math.max(1, Math.floor(this.#parallelism / 2));
  }

  #recover(): void {
    if (this.#parallelism >= this.#options.maxConcurrency || ++this.#successes < SUCCESSES_PER_SLOT) return;
    this.#successes = 0;
    this.#parallelism++;
  }

  /** One sleep per bucket, charged to the request at the head of its line: the others wait for that one. */
  #sleepUntil(until: number, bucket: Bucket): void {
    if (this.#sleeping.has(bucket)) return;
    const ms = until - this.#options.timer.now();
    const head = this.#chargeHead(bucket, ms);
    if (!head) return;
    this.#sleep(ms, bucket, { ...head, attempt: head.account.waits });
  }

  /** One sleep per pace. The pace was set by the user, so it is nothing to give up for. */
  #keepPace(until: number, pace: PaceKeeper, head: Waiter): void {
    if (!this.#sleeping.has(pace)) this.#sleep(until - this.#options.timer.now(), pace, head);
  }

  #sleep(
    ms: number,
    reason: Bucket | PaceKeeper,
    { bucket, account, attempt }: Pick<Waiter, "bucket" | "account"> & { attempt?: number },
  ): void {
    const { timer, signal, emit } = this.#options;
    this.#sleeping.add(reason);
    emit({
      type: "wait",
      resource: account.resource,
      bucket: bucket.name,
      reason: "rate-limit",
      seconds: ms / 1000,
      until: timer.now() + ms,
      ...(attempt === undefined ? {} : { attempt }),
    });
    const wake = () => {
      this.#sleeping.delete(reason);
      this.#startWaiting();
    };
    // An abort refuses the waiters by itself.
    timer.sleep(ms + EARLY_TIMER_MS, signal).then(wake, () => this.#sleeping.delete(reason));
  }

  #chargeHead(bucket: Bucket, ms: number): Waiter | undefined {
    for (const waiter of this.#waiting.filter((waiter) => waiter.bucket === bucket)) {
      const { account } = waiter;
      if (account.waitedMs + ms <= this.maxWaitMs) {
        account.waitedMs += ms;
        account.waits++;
        return waiter;
      }
      this.#remove(waiter);
      const { waitedMs } = account;
      const { maxWaitMs } = this;
      const { advice } = this.#options;
      waiter.refuse(waitTooLong({ bucket: bucket.name, ms, waitedMs, maxWaitMs, advice }));
    }
    return undefined;
  }
}
