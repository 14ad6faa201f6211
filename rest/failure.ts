/**
 * A failed try as data, and the error it becomes when it was the last one.
 * @module
 */
import { ConfigError, ExtractError, type SluiceError } from "../pipeline/errors.ts";
import type { ExchangeError } from "./exchange.ts";
import type { RequestSpec } from "./types.ts";

/** A failed try, as data. */
export interface Failure {
  readonly code: string;
  /** What follows the colon of the error message; holds no secrets. */
  readonly reason: string;
  /** Whether the same request may succeed later. */
  readonly isTransient: boolean;
  readonly status?: number;
  /** The API's own code, e.g. of a JSON error body. */
  readonly apiCode?: string;
  readonly requestId?: string;
  readonly next?: string;
}

/** A failure of the network as data. */
export function exchangeFailure(error: ExchangeError, request: RequestSpec): Failure {
  return {
    code: error.code,
    reason: error.message,
    isTransient: error.isTransient,
    next: advice(error, request),
  };
}

function advice({ code }: ExchangeError, { url }: RequestSpec): string {
  if (code === "network-permission") {
    return `allow it: --allow net=${
      URL.parse(url)?.host
    } for a module, --allow-net for a program of your own`;
  }
  if (code === "body-too-large") return "ask for less at once, e.g. by smaller pages or a filter";
  return "check base_url and the network, then rerun";
}

/** The error that ends a request after its last try. */
export function failureError(
  failure: Failure,
  { tries, resource }: { tries: number; resource?: string },
): SluiceError {
  const { code, reason, status, requestId, next } = failure;
  const after = tries > 1 ? ` after ${tries} tries` : "";
  const message = `Cannot read ${resource ? `"${resource}"` : "the API"}: ${reason}${after}`;
  const recovery = failure.isTransient ? "retry" : "abort";
  const details = { code, at: { requestId }, next, recovery } as const;
  if (code === "network-permission") return new ConfigError(message, details);
  return new ExtractError(message, { ...details, status });
}
