/**
 * One simulated organisation: its directories, its log, its clock and its switches. What exists is computed from
 * the seed; only what was changed is kept.
 *
 * @module
 */

import { AppDirectory } from "./apps.ts";
import { type ClockStart, SimulatorClock } from "./clock.ts";
import { GroupDirectory } from "./groups.ts";
import { EventLog } from "./log.ts";
import { DEFAULT_SWITCHES, type Switches } from "./switches.ts";
import { UserDirectory } from "./users.ts";

/** What an organisation is made from. */
export interface OrganisationOptions {
  /** Same seed and same options give the same organisation. Default 1. */
  readonly seed?: number;
  /** Number of users, 1 to 1,000,000 and beyond. Default 1000. */
  readonly users?: number;
  /** Number of groups with Everyone; by default what an organisation of this size has. */
  readonly groups?: number;
  /** Number of listed applications; by default what an organisation of this size has. */
  readonly apps?: number;
  /** Number of log events in the last 88 days; by default five per user, at most two million. */
  readonly events?: number;
  /** `plain` is realistic and tidy; `hostile` adds every odd value the real server could send. */
  readonly data?: "plain" | "hostile";
  /** Where the clock starts; the real time by default. */
  readonly now?: ClockStart;
  /** Makes the simulated clock run ahead of (or, negative, behind) where it would stand. */
  readonly clockOffsetMs?: number;
  readonly switches?: Partial<Switches>;
}

/** One simulated organisation. */
export class Organisation {
  readonly seed: number;
  readonly clock: SimulatorClock;
  readonly switches: Switches;
  readonly startedAt: number;
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly apps: AppDirectory;
  readonly log: EventLog;

  constructor(options: OrganisationOptions) {
    const count = options.users ?? 1000;
    this.seed = options.seed ?? 1;
    this.clock = new SimulatorClock(options.now, options.clockOffsetMs ?? 0);
    this.switches = { ...DEFAULT_SWITCHES, ...options.switches };
    this.startedAt = this.clock.now();
    const now = () => this.clock.now();
    const anchor = startOfMonth(this.startedAt);
    const isHostile = options.data === "hostile";
    const { seed, switches } = this;
    this.users = new UserDirectory({ seed, count, anchor, isHostile, switches, now });
    this.groups = new GroupDirectory(this.users, options.groups ?? usualGroups(count));
    this.apps = new AppDirectory(this.groups, options.apps ?? usualApps(count));
    this.log = new EventLog(this.apps, options.events ?? Math.min(count * 5, 2_000_000), this.startedAt);
  }
}

/** Directory dates hang on the month, so that restarting a simulator does not look like everything has changed. */
function startOfMonth(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** From half a million users on, an organisation is one of customers: many users, few groups. */
const CUSTOMER_IDENTITY = 500_000;

function usualGroups(users: number): number {
  if (users >= CUSTOMER_IDENTITY) return 200;
  return Math.round(users < 1000 ? Math.max(8, 60 * Math.min(1, users / 500)) : 60 * (users / 1000) ** 1.1);
}

function usualApps(users: number): number {
  if (users >= CUSTOMER_IDENTITY) return 20;
  return Math.round(users < 1000 ? Math.max(6, 40 * Math.min(1, users / 500)) : 40 * (users / 1000) ** 0.65);
}
