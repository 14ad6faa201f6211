/**
 * The side door of authentication: requests to a token endpoint. They need no budget and no credentials of
 * the client, only patience with a server that is busy.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import { type Answer, exchange, ExchangeError } from "./exchange.ts";
import { describeRequest } from "./origin.ts";
import { readThrottle } from "./rate_headers.ts";
import { waitTooLong } from "./long_wait.ts";
import { backoffMs, type RetryPolicy } from "./retry.ts";
import type { ServerClock, Timer } from "./timer.ts";
import type { AuthContext, RateLimitConfig } from "./types.ts";

/** What {@link createAuthContext} works with. */
export interface AuthContextOptions {
  readonly retry: RetryPolicy;
  readonly rateLimit: RateLimitConfig;
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly clock: ServerClock;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** The context that a client gives to its authentication. */
export function createAuthContext(options: AuthContextOptions): AuthContext {
  return {
    fetch: (make) => fetchToken(make, options),
    now: () => options.timer.now(),
    get clockSkewMs() {
      return options.clock.skewMs;
    },
  };
}

async function fetchToken(
  make: () => Request | Promise<Request>,
  options: AuthContextOptions,
): Promise<Response> {
  const { retry, clock, timer, signal, emit } = options;
  let waitedMs = 0;
  for (let attempt = 1;; attempt++) {
    const request = await make();
    const outcome = await sendOnce(request, options);
    const isLast = attempt >= retry.maxAttempts;
    let ms: number;
    if (outcome instanceof ExchangeError) {
      if (isLast || !outcome.isTransient) throw unreachable(request, outcome);
      ms = backoffMs(retry, attempt);
    } else {
      if (isLast || !(outcome.status === 429 || retry.statuses.has(outcome.status))) {
        return toResponse(outcome);
      }
      const throttle = readThrottle(outcome, options.rateLimit, {
        clock,
        serverTime: clock.now(),
        refusals: attempt,
      });
      const isLimited = outcome.status === 429 && throttle.reason === "rate-limit";
      ms = isLimited ? throttle.waitMs : backoffMs(retry, attempt, 1000);
    }
    if (waitedMs + ms > options.maxWaitMs) throw waitTooLong({ ms, waitedMs, maxWaitMs: options.maxWaitMs });
    waitedMs += ms;
    emit({ type: "wait", reason: "retry", seconds: ms / 1000, until: timer.now() + ms, attempt });
    await timer.sleep(ms, signal);
  }
}

async function sendOnce(request: Request, options: AuthContextOptions): Promise<Answer | ExchangeError> {
  const { clock, timer, timeoutMs, signal, emit } = options;
  const { method, url } = request;
  const headers = new Headers(request.headers);
  if (!headers.has("user-agent")) headers.set("user-agent", options.userAgent);
  const startedAt = timer.now();
  try {
    const answer = await exchange(url, { method, headers, body: await request.text() }, {
      timeoutMs,
      signal,
    });
    clock.observe(answer.headers);
    emit({
      type: "request",
      request: describeRequest(request),
      status: answer.status,
      seconds: (timer.now() - startedAt) / 1000,
      bytes: answer.bytes.length,
    });
    return answer;
  } catch (error) {
    if (error instanceof ExchangeError) return error;
    throw error;
  }
}

function toResponse({ status, headers, bytes }: Answer): Response {
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? bytes as BufferSource : null, { status, headers });
}

function unreachable(request: Request, error: ExchangeError): ExtractError {
  return new ExtractError(`Cannot get an access token: ${error.message}`, {
    code: error.code,
    at: { request: describeRequest(request) },
    next: "check the token address and the network, then rerun",
    recovery: "retry",
  });
}
