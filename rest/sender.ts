/**
 * Sends one request until it succeeds or is hopeless: waits for the limits, adds credentials, judges the
 * answer and tries again. Paging is above this, the network below.
 * @module
 */
import type { Emit, WaitReason } from "../pipeline/events.ts";
import { ConfigError, SluiceError } from "../pipeline/errors.ts";
import { stringifyJson } from "../pipeline/json.ts";
import { type Answer, exchange, ExchangeError } from "./exchange.ts";
import { exchangeFailure, type Failure, failureError } from "./failure.ts";
import { checkOrigin, describeRequest } from "./origin.ts";
import { type RateLimiter, type WaitAccount, waitTooLong } from "./rate_limit.ts";
import { readRetryAfter, type Throttle } from "./rate_headers.ts";
import { backoffMs, halvePageSize, type RetryPolicy } from "./retry.ts";
import type { ServerClock, Timer } from "./timer.ts";
import type { Auth, AuthContext, ErrorFormat, RequestSpec, RestResponse } from "./types.ts";
import { judge } from "./verdict.ts";

/** What one request may ask of the client besides being sent. */
export interface SendContext {
  /** Whose request it is, for errors and events. */
  readonly resource?: string;
  /** 1-based page, for errors. */
  readonly page?: number;
  /** True makes an error status (never 429) an ordinary answer. */
  readonly accept?: (status: number, bodyText: string) => boolean;
  /** Other credentials than the client's; null sends none. */
  readonly auth?: Auth | null;
  /** Hears of a good status before the body is parsed. */
  readonly onAnswer?: (request: RequestSpec, headers: Headers) => void;
}

/** A response with the request that got it, whose page size may have been lowered. */
export interface Sent {
  readonly request: RequestSpec;
  readonly response: RestResponse;
}

/** What a {@link Sender} is made of. */
export interface SenderParts {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth?: Auth;
  readonly limiter: RateLimiter;
  readonly retry: RetryPolicy;
  readonly errorFormat?: ErrorFormat;
  readonly timeoutMs: number;
  readonly clock: ServerClock;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly authContext: AuthContext;
}

/** The state of one request over its tries. */
interface Trial {
  request: RequestSpec;
  readonly auth?: Auth;
  readonly account: WaitAccount;
  /** Failed tries that used up one of `max_attempts`. */
  failures: number;
  shrinks: number;
  throttles: number;
  isRenewed: boolean;
}

interface Try {
  readonly answer?: Answer;
  readonly response?: RestResponse;
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
   * @throws {ConfigError} when the credentials cannot be used
   */
  async send(request: RequestSpec, context: SendContext): Promise<Sent> {
    const { resource, page } = context;
    const auth = context.auth === undefined ? this.#parts.auth : context.auth ?? undefined;
    const account = { resource, waitedMs: 0, waits: 0 };
    const trial: Trial = { request, auth, account, failures: 0, shrinks: 0, throttles: 0, isRenewed: false };
    try {
      checkOrigin(request.url, this.#parts.origin);
      for (;;) {
        const { response, ...failed } = await this.#try(trial, context);
        if (response) return { request: trial.request, response };
        await this.#prepareNextTry(trial, failed, context);
      }
    } catch (error) {
      if (error instanceof SluiceError) {
        error.within({ resource, page, request: describeRequest(trial.request) });
      }
      throw error;
    }
  }

  async #try(trial: Trial, context: SendContext): Promise<Try> {
    const { limiter, timer, timeoutMs, signal } = this.#parts;
    const { request, auth } = trial;
    const permit = await limiter.acquire(request, trial.account);
    let init: RequestInit, url: string;
    try {
      init = await this.#init(request, auth);
      url = auth?.url?.(request) ?? request.url;
      checkOrigin(url, this.#parts.origin);
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
    const serverTime = this.#parts.clock.observe(answer.headers);
    const throttle = permit.finish(answer);
    auth?.observe?.(answer.headers);
    this.#emitRequest(trial, answer, timer.now() - startedAt);
    if (answer.status >= 200 && answer.status < 300) context.onAnswer?.(request, answer.headers);
    return { answer, throttle, ...this.#judge(answer, serverTime, { request, context }) };
  }

  #judge(
    answer: Answer,
    serverTime: number,
    { request, context }: { request: RequestSpec; context: SendContext },
  ): Pick<Try, "response" | "failure"> {
    const { retry, errorFormat } = this.#parts;
    const verdict = judge(answer, {
      url: request.url,
      transientStatuses: retry.statuses,
      format: errorFormat,
      accept: context.accept,
    });
    if ("failure" in verdict) return { failure: verdict.failure };
    const { status, headers, bytes } = answer;
    return { response: { status, headers, bytes, serverTime, body: verdict.body, isPlain: verdict.isPlain } };
  }

  async #init(request: RequestSpec, auth: Auth | undefined): Promise<RequestInit> {
    const headers = new Headers();
    setHeaders(headers, this.#parts.headers);
    if (request.json !== undefined) headers.set("content-type", "application/json");
    setHeaders(headers, request.headers);
    if (auth) setHeaders(headers, await auth.headers(request, this.#parts.authContext));
    const body = request.json === undefined ? undefined : stringifyJson(request.json);
    return { method: request.method, headers, body };
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
    { answer, failure, throttle }: Try,
    context: SendContext,
  ): Promise<void> {
    const { retry } = this.#parts;
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
    const askedMs = answer ? readRetryAfter(answer.headers, this.#parts.clock.now()) : undefined;
    await this.#pause(trial, backoffMs(retry, trial.failures, askedMs), "retry");
  }

  async #renew(trial: Trial, { status, headers }: Answer): Promise<boolean> {
    if (trial.isRenewed || !trial.auth?.renew) return false;
    trial.isRenewed = true;
    return await trial.auth.renew({ request: trial.request, status, headers }, this.#parts.authContext);
  }

  async #backOffConcurrency(trial: Trial): Promise<void> {
    const policy = { ...this.#parts.retry, backoffMs: 1000, maxBackoffMs: 30_000 };
    // Half fixed, half random: never at once, never all together.
    const ms = (1000 * 2 ** Math.min(trial.throttles - 1, 4) + backoffMs(policy, trial.throttles)) / 2;
    await this.#pause(trial, Math.max(1000, ms), "concurrency");
  }

  async #pause(trial: Trial, ms: number, reason: WaitReason): Promise<void> {
    const { limiter, timer, emit, signal, errorFormat } = this.#parts;
    const { account } = trial;
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

function setHeaders(headers: Headers, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(more)) {
    try {
      headers.set(name, value);
    } catch {
      throw new ConfigError(
        `Cannot send header "${name}": its name or value has characters that are not allowed`,
        {
          code: "invalid-header",
          next: "use plain ASCII text without line breaks",
        },
      );
    }
  }
}
