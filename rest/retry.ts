/**
 * How often and how long: settings of retries, the pause before the next try, and page-size shrinking.
 * @module
 */
import { queryParam, withQueryParam } from "./request_url.ts";
import type { RequestSpec, RetryConfig } from "./types.ts";

const DEFAULT_STATUSES = [408, 423, 425, 500, 502, 503, 504];

/** {@link RetryConfig} with its defaults, in milliseconds. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly statuses: ReadonlySet<number>;
  readonly shrink?: RetryConfig["shrink"];
}

/** Fills in the defaults. */
export function retryPolicy(config: RetryConfig = {}): RetryPolicy {
  return {
    maxAttempts: Math.max(1, config.max_attempts ?? 6),
    backoffMs: (config.backoff ?? 1) * 1000,
    maxBackoffMs: (config.max_backoff ?? 60) * 1000,
    statuses: new Set(config.statuses ?? DEFAULT_STATUSES),
    shrink: config.shrink,
  };
}

/** Pause after the given failed try (1-based): exponential with full jitter, at least what the server asked. */
export function backoffMs(policy: RetryPolicy, attempt: number, askedMs = 0): number {
  const ceiling = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (attempt - 1));
  return Math.max(Math.random() * ceiling, askedMs);
}

/** The request with half its page size, or undefined when it has none or is at the minimum. */
export function halvePageSize(request: RequestSpec, shrink: RetryConfig["shrink"]): RequestSpec | undefined {
  if (!shrink) return undefined;
  const size = pageSize(request, shrink.param);
  if (size === undefined || size <= Math.max(1, shrink.min)) return undefined;
  const half = Math.max(1, shrink.min, Math.floor(size / 2));
  return { ...request, url: withQueryParam(request.url, shrink.param, half) };
}

/** The page size that a request asks for. */
export function pageSize(request: RequestSpec, param: string): number | undefined {
  const text = queryParam(request.url, param);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The request with its page size lowered to `size`; a smaller or missing one is left alone. */
export function capPageSize(request: RequestSpec, param: string, size: number): RequestSpec {
  const asked = pageSize(request, param);
  if (asked === undefined || asked <= size) return request;
  return { ...request, url: withQueryParam(request.url, param, size) };
}
