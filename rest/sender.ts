/**
 * Sends one request until it succeeds or is hopeless: waits for the limits, adds credentials, judges the
 * answer, follows redirects and tries again. Paging is above this, the network below.
 * @module
 */
import type { Emit, WaitReason } from "../pipeline/events.ts";
import { SluiceError } from "../pipeline/errors.ts";
import type { BodyFormat } from "./body.ts";
import type { SentParts } from "./echo.ts";
import { type Answer, exchange, ExchangeError } from "./exchange.ts";
import { exchangeFailure, type Failure, failureError } from "./failure.ts";
import { joinSignals } from "./joined_signal.ts";
import { waitTooLong } from "./long_wait.ts";
import { checkOrigin, describeRequest } from "./origin.ts";
import { outgoing } from "./outgoing.ts";
import type { RateLimiter, WaitAccount } from "./rate_limit.ts";
import { readRetryAfter, type Throttle } from "./rate_headers.ts";
import { redirected, withoutCredentials } from "./redirect.ts";
import { checkBody } from "./request_body.ts";
import { type Acted, settleAnswer } from "./response_actions.ts";
import { backoffMs, halvePageSize, type RetryPolicy } from "./retry.ts";
import type { Route, Router } from "./route.ts";
import type { Timer } from "./timer.ts";
import type { Actions, Auth, AuthContext, ErrorFormat, RequestSpec, RestResponse } from "./types.ts";
import { glance, judge } from "./verdict.ts";

/** What one request may ask of the client besides being sent. */
export interface SendContext {
  /** Whose request it is, for errors and events. */
  readonly resource?: string;
  /** 1-based page, for errors. */
  readonly page?: number;
  /** See every answer before it is judged or retried; may change it, or end the walk with it. */
  readonly actions?: Actions;
  /** Other credentials than the client's; null sends none. */
  readonly auth?: Auth | null;
  /**
   * The only origin that the request and what follows from it may go to. Default: the client's. Another one gets
   * neither the client's credentials nor its headers.
   */
  readonly origin?: string;
  /** What the body is read as. Default: what its content type says. */
  readonly format?: BodyFormat;
  /** Ends this request alone; its reason is what is thrown. */
  readonly signal?: AbortSignal;
  /** Hears of a good status before the body is parsed. */
  readonly onAnswer?: (request: RequestSpec, headers: Headers) => void;
}

/** A response with the request that got it: its page size may have been lowered, or it was redirected. */
export interface Sent {
  readonly request: RequestSpec;
  readonly response: RestResponse;
}

/** What a {@link Sender} is made of. */
export interface SenderParts {
  readonly router: Router;
  readonly limiter: RateLimiter;
  readonly retry: RetryPolicy;
  readonly errorFormat?: ErrorFormat;
  readonly timeoutMs: number;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly authContext: AuthContext;
}

/** The state of one request over its tries. */
interface Trial {
  request: RequestSpec;
  readonly route: Route;
  readonly signal: AbortSignal;
  readonly account: WaitAccount;
  /** Failed tries that used up one of `max_attempts`. */
  failures: number;
  shrinks: number;
  throttles: number;
  redirects: number;
  isRenewed: boolean;
}

/** What came of one try: a response, another request to make, or a failure. */
interface Try {
  readonly answer?: Answer;
  readonly response?: RestResponse;
  readonly redirect?: RequestSpec;
  readonly failure?: Failure;
  readonly throttle?: Throttle;
}

/** Sends requests for a client. */
export class Sender {
  readonly #parts: SenderParts;
  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /**
   * Sends a request, with all the tries it takes.
   *
   * @throws {ExtractError} when no acceptable answer can be had
   * @throws {ConfigError} when the request or the credentials cannot be used
   */
  async send(request: RequestSpec, context: SendContext): Promise<Sent> {
    const { resource, page } = context;
    const account = { resource, waitedMs: 0, waits: 0 };
    const counts = { failures: 0, shrinks: 0, throttles: 0, redirects: 0, isRenewed: false };
    // What a failure is said of, also when there is no trial yet.
    let current = request;
    const { signal, release } = joinSignals(this.#parts.signal, context.signal);
    try {
      checkBody(request);
      const route = this.#parts.router.route(request, context);
      checkOrigin(request.url, route.origin);
      const trial: Trial = { request, route, signal, account, ...counts };
      for (;;) {
        const { response, ...failed } = await this.#try(trial, context);
        if (response) return { request: trial.request, response };
        await this.#prepareNextTry(trial, failed, context);
        current = trial.request;
      }
    } catch (error) {
      if (error instanceof SluiceError) error.within({ resource, page, request: describeRequest(current) });
      throw error;
    } finally {
      release();
    }
  }

  /** A request that an answer led to, without credentials that the server repeated in its link. */
  linked(next: RequestSpec, request: RequestSpec, context: SendContext): RequestSpec {
    const sentUrl = this.#parts.router.route(request, context).auth?.url?.(request);
    if (sentUrl === undefined) return next;
    const url = withoutCredentials(next.url, request.url, sentUrl);
    return url === next.url ? next : { ...next, url };
  }

  async #try(trial: Trial, context: SendContext): Promise<Try> {
    const { limiter, timer, timeoutMs, authContext } = this.#parts;
    const { request, route, signal } = trial;
    const { auth, origin, clock } = route;
    await auth?.prepare?.(authContext);
    const permit = await limiter.acquire(request, trial.account, signal);
    let init: RequestInit, url: string;
    try {
      init = await outgoing(request, { route, authContext, format: context.format });
      url = auth?.url?.(request) ?? request.url;
      checkOrigin(url, origin);
    } catch (error) {
      permit.cancel();
      throw error;
    }
    const startedAt = timer.now();
    let answer: Answer;
    try {
      answer = await exchange(url, init, { timeoutMs, signal });
    } catch (error) {
      permit.finish();
      if (error instanceof ExchangeError) return { failure: exchangeFailure(error, request) };
      throw error;
    }
    const serverTime = clock.observe(answer.headers);
    auth?.observe?.(answer.headers);
    this.#emitRequest(trial, answer, timer.now() - startedAt);
    const { throttle, ...acted } = await settleAnswer(answer, {
      permit,
      clock,
      signal,
      url: request.url,
      actions: context.actions,
    });
    if (throttle) return { answer: acted, throttle };
    const next = acted.ended === undefined &&
      redirected(acted, { request, sentUrl: url, origin, followed: trial.redirects });
    if (next) return "request" in next ? { redirect: next.request } : { answer: acted, ...next };
    const sent = { url, headers: new Headers(init.headers), json: request.json };
    return { answer: acted, ...await this.#judge(acted, serverTime, { request, context, sent }) };
  }

  async #judge(
    acted: Acted,
    serverTime: number,
    { request, context, sent }: { request: RequestSpec; context: SendContext; sent: SentParts },
  ): Promise<Pick<Try, "response" | "failure">> {
    const { retry, errorFormat } = this.#parts;
    const { status, headers, ended } = acted;
    const { format } = context;
    if (ended !== undefined) {
      return { response: { status, headers, serverTime, ended, ...await glance(acted, format) } };
    }
    if (status >= 200 && status < 300) context.onAnswer?.(request, headers);
    const verdict = await judge(acted, { transientStatuses: retry.statuses, errorFormat, format, sent });
    if ("failure" in verdict) return verdict;
    return { response: { status, headers, serverTime, ...verdict } };
  }

  #emitRequest({ request, account }: Trial, { status, bytes }: Answer, ms: number): void {
    const { resource } = account;
    const description = describeRequest(request);
    this.#parts.emit({
      type: "request",
      resource,
      request: description,
      status,
      seconds: ms / 1000,
      bytes: bytes.length,
    });
  }

  /** Changes the trial or waits, so that the next try may succeed; throws when there is no hope. */
  async #prepareNextTry(
    trial: Trial,
    { answer, redirect, failure, throttle }: Try,
    context: SendContext,
  ): Promise<void> {
    const { retry } = this.#parts;
    if (redirect) {
      trial.redirects++;
      trial.request = redirect;
      return;
    }
    if (throttle) {
      trial.throttles++;
      // A rate limit holds back the whole bucket; the limiter waits, for all requests in it.
      if (throttle.reason === "concurrency") await this.#backOffConcurrency(trial);
      return;
    }
    if (answer?.status === 401 && await this.#renew(trial, answer)) return;
    if (
      failure!.status === retry.shrink?.status &&
      (retry.shrink?.code ?? failure!.apiCode) === failure!.apiCode
    ) {
      const smaller = halvePageSize(trial.request, retry.shrink);
      if (smaller) {
        trial.request = smaller;
        return await this.#pause(trial, backoffMs(retry, ++trial.shrinks), "retry");
      }
    }
    trial.failures++;
    if (!failure!.isTransient || trial.failures >= retry.maxAttempts) {
      throw failureError(failure!, { tries: trial.failures, resource: context.resource });
    }
    const askedMs = answer ? readRetryAfter(answer.headers, trial.route.clock.now()) : undefined;
    await this.#pause(trial, backoffMs(retry, trial.failures, askedMs), "retry");
  }

  async #renew(trial: Trial, { status, headers }: Answer): Promise<boolean> {
    const { auth } = trial.route;
    if (trial.isRenewed || !auth?.renew) return false;
    trial.isRenewed = true;
    return await auth.renew({ request: trial.request, status, headers }, this.#parts.authContext);
  }

  async #backOffConcurrency(trial: Trial): Promise<void> {
    const policy = { ...this.#parts.retry, backoffMs: 1000, maxBackoffMs: 30_000 };
    // Half fixed, half random: never at once, never all together.
    const ms = (1000 * 2 ** Math.min(trial.throttles - 1, 4) + backoffMs(policy, trial.throttles)) / 2;
    await this.#pause(trial, Math.max(1000, ms), "concurrency");
  }

  async #pause(trial: Trial, ms: number, reason: WaitReason): Promise<void> {
    const { limiter, timer, emit, errorFormat } = this.#parts;
    const { account, signal } = trial;
    // Retries are bounded by their number; only a single wait that the server asks for may be too long.
    const waitedMs = reason === "retry" ? 0 : account.waitedMs;
    if (waitedMs + ms > limiter.maxWaitMs) {
      throw waitTooLong({ ms, waitedMs, maxWaitMs: limiter.maxWaitMs, advice: errorFormat?.advice?.["429"] });
    }
    if (reason !== "retry") account.waitedMs += ms;
    const attempt = trial.failures + trial.shrinks + trial.throttles;
    const until = timer.now() + ms;
    const bucket = limiter.bucketName(trial.request);
    emit({ type: "wait", resource: account.resource, bucket, reason, seconds: ms / 1000, until, attempt });
    await timer.sleep(ms, signal);
  }
}
