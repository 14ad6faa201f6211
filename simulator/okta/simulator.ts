/**
 * The parts of a running simulator that share one organisation. Resetting replaces the organisation and keeps
 * the server.
 *
 * @module
 */

import { ApiTokens } from "./auth.ts";
import { FaultPlan } from "./faults.ts";
import { RateLimiter, type RateLimitOptions } from "./limits.ts";
import { Organisation, type OrganisationOptions } from "./organisation.ts";
import { sequence } from "./random.ts";
import { RequestLog } from "./requests.ts";
import { OAuthServer } from "./token.ts";

/** What a simulator is started with. */
export interface SimulatorOptions extends OrganisationOptions {
  /** Default 0, a free port. */
  readonly port?: number;
  /** The origin links are written with when clients reach the simulator under another name. */
  readonly publicUrl?: string;
  /** Typical time to answer in milliseconds; a fixed part, a part per record, and rare slow ones. Default 0. */
  readonly latencyMs?: number;
  readonly rateLimits?: RateLimitOptions;
}

/** Everything that belongs to one organisation. */
export class SimulatorState {
  readonly options: SimulatorOptions;
  readonly organisation: Organisation;
  readonly tokens: ApiTokens;
  readonly oauth: OAuthServer;
  readonly limiter: RateLimiter;
  readonly faults: FaultPlan;
  readonly requests = new RequestLog();
  /** Draws for latency and request ids. */
  readonly draw: () => number;

  constructor(options: SimulatorOptions) {
    this.options = options;
    this.organisation = new Organisation(options);
    const { seed, clock, switches } = this.organisation;
    const now = () => clock.now();
    this.tokens = new ApiTokens(seed);
    this.oauth = new OAuthServer(seed, now, switches);
    this.limiter = new RateLimiter(options.rateLimits ?? {}, now);
    this.faults = new FaultPlan(seed);
    this.draw = sequence(seed);
  }

  /** Makes an API token or an access token invalid. */
  revoke(token: string): void {
    this.tokens.revoke(token);
    this.oauth.revoke(token);
  }
}
