/**
 * Faults on request: which requests they hit. What happens to those is in `fault_catalogue.ts`.
 *
 * @module
 */

import type { FaultAction, FaultMemory } from "./fault_kinds.ts";
import { sequence } from "./random.ts";

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
  readonly memory: FaultMemory = { pages: new Map(), held: new Map() };

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
