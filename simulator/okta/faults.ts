/**
 * Faults on request: which requests they hit, and what happens to those.
 *
 * @module
 */

import { sequence } from "./random.ts";

/** What can go wrong with a request. */
export type FaultAction =
  /** An API error by its code, for example `E0000009` (500), `E0000010` (503) or `E0000239` (423). */
  | { readonly kind: "error"; readonly code: string; readonly summary?: string }
  /** A status with an HTML body, as gateways send. */
  | { readonly kind: "html"; readonly status: number }
  /** The 404 of the edge, which has no error code. */
  | { readonly kind: "edge-404" }
  /** 429; without rate headers when `headers` is `missing`, with a useless reset when it is `not-a-number`. */
  | { readonly kind: "throttle"; readonly headers?: "missing" | "not-a-number" | "duplicate" }
  /** A good answer whose rate headers are odd. */
  | { readonly kind: "rate-headers"; readonly headers: "missing" | "not-a-number" | "duplicate" }
  /** 200 with no body, half a body, or bytes that are not UTF-8. */
  | { readonly kind: "empty-body" | "truncated-json" | "invalid-utf8" }
  /** The connection breaks, before or within the answer. */
  | { readonly kind: "reset-before-headers" | "reset-mid-body" }
  /** No answer until the client gives up, or for `ms`. */
  | { readonly kind: "hang"; readonly ms?: number }
  /** A good answer, later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** 302 to a login page, or 200 with one. */
  | { readonly kind: "redirect" | "html-page" }
  /** A next link that leads back: to the same page, or to one that leads back to it. */
  | { readonly kind: "endless-next"; readonly isCycle?: boolean }
  /** A next link to another origin. */
  | { readonly kind: "foreign-next"; readonly origin: string };

/** A fault and the requests it is for. */
export interface Fault {
  /** The name of a route (`users`, `group_users`, `token`, ...); every route when absent. */
  readonly route?: string;
  /** A text the path with query must contain. */
  readonly urlIncludes?: string;
  /** Hits only requests whose `limit` is above this. */
  readonly limitAbove?: number;
  /** The first matching request to hit, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many matching requests to hit; 0 means all. Default 1, or all when `probability` or `limitAbove` is given. */
  readonly count?: number;
  /** Hits each request with this probability, drawn from the seed. */
  readonly probability?: number;
  readonly action: FaultAction;
}

/** What a fault is matched against. */
export interface FaultTarget {
  readonly route: string;
  readonly url: string;
  readonly limit: number;
}

interface ArmedFault {
  readonly fault: Fault;
  readonly draw: () => number;
  seen: number;
  hit: number;
}

/** The faults of a simulator. */
export class FaultPlan {
  readonly #seed: number;
  #armed: ArmedFault[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Adds a fault. */
  add(fault: Fault): void {
    this.#armed.push({ fault, draw: sequence(this.#seed + this.#armed.length), seen: 0, hit: 0 });
  }

  /** Removes all faults. */
  clear(): void {
    this.#armed = [];
  }

  /** The action for a request: the first fault that hits it; all matching ones count it. */
  pick(target: FaultTarget): FaultAction | undefined {
    let action: FaultAction | undefined;
    for (const armed of this.#armed) {
      if (!isMatch(armed.fault, target)) continue;
      armed.seen++;
      if (action || !isDue(armed)) continue;
      armed.hit++;
      action = armed.fault.action;
    }
    return action;
  }
}

function isMatch(fault: Fault, target: FaultTarget): boolean {
  if (fault.route !== undefined && fault.route !== target.route) return false;
  if (fault.limitAbove !== undefined && !(target.limit > fault.limitAbove)) return false;
  return fault.urlIncludes === undefined || target.url.includes(fault.urlIncludes);
}

function isDue({ fault, draw, seen, hit }: ArmedFault): boolean {
  if (seen < (fault.nth ?? 1)) return false;
  const isOpen = fault.probability !== undefined || fault.limitAbove !== undefined;
  const most = fault.count ?? (isOpen ? 0 : 1);
  if (most > 0 && hit >= most) return false;
  return fault.probability === undefined || draw() < fault.probability;
}
