/**
 * A simulated Okta organisation on loopback: the Management API as a reader meets it, with everything that can
 * go wrong, and the truth to compare a result with. See `docs/simulator.md`.
 *
 * @module
 */

import type { RoleTokens } from "./auth.ts";
import type { Fault } from "./faults.ts";
import type { Politeness } from "./limits.ts";
import { mutate, type Mutation, type MutationResult } from "./mutations.ts";
import type { RequestRecord } from "./requests.ts";
import { SimulatorServer } from "./server.ts";
import { type SimulatorOptions, SimulatorState } from "./simulator.ts";
import type { Switches } from "./switches.ts";
import type { ServiceApp } from "./token.ts";
import { truthLines, truthRecords } from "./truth.ts";

export type { RoleTokens } from "./auth.ts";
export type { ClockStart } from "./clock.ts";
export { FAULT_NAMES, FAULTS, samplesOf } from "./fault_catalogue.ts";
export type { FaultAction, FaultName } from "./fault_kinds.ts";
export type { Fault } from "./faults.ts";
export type { Politeness, RateLimitOptions } from "./limits.ts";
export type { Mutation, MutationResult, ProfileChanges } from "./mutations.ts";
export type { OrganisationOptions } from "./organisation.ts";
export { ODDITIES, type OddityName } from "./odd_records.ts";
export type { RequestRecord } from "./requests.ts";
export type { DerivedSession } from "./sessions.ts";
export { DEFAULT_SWITCHES, type Switches } from "./switches.ts";
export type { ServiceApp } from "./token.ts";
export type { UserStatus } from "./users.ts";

/** What a simulator is started with. */
export type OktaSimulatorOptions = SimulatorOptions;

/** The resources there is a truth for. */
export type TruthResource =
  | "users"
  | "users_me"
  | "groups"
  | "group_users"
  | "apps"
  | "apps_assigned"
  | "groups_assigned_apps"
  | "system_log"
  | "sessions";

/** A running simulator. */
export interface OktaSimulator extends AsyncDisposable {
  /** Where it listens, for example `http://127.0.0.1:54321`. */
  readonly url: string;
  /** An API token with the role of a read-only administrator. */
  readonly token: string;
  /** One API token per role. */
  readonly tokens: RoleTokens;
  /** A service app that signs in with a private key. */
  readonly serviceApp: ServiceApp;
  /** One that must also prove possession of a key (DPoP). */
  readonly dpopServiceApp: ServiceApp;
  /** One without an administrator role: every list it reads is empty. */
  readonly rolelessServiceApp: ServiceApp;
  /** The switches, to be changed in place. */
  readonly switches: Switches;
  readonly clock: {
    /** The simulated instant in epoch milliseconds. */
    now(): number;
    /** Moves simulated time forward without waiting. */
    advance(ms: number): void;
    /** Sets how far the clock is off. */
    setOffset(ms: number): void;
  };
  /** Every request so far, oldest first. */
  requests(): RequestRecord[];
  /** Forgets the requests so far. */
  clearRequests(): void;
  /** How well clients have behaved. */
  politeness(): Politeness;
  /**
   * The records a perfect reader would have now. Children carry `groupId` or `appId`. Numbers beyond 2^53 lose
   * digits here; `truthLines` keeps them.
   */
  truth(resource: TruthResource): Iterable<Record<string, unknown>>;
  /** The same as JSON texts. */
  truthLines(resource: TruthResource): Iterable<string>;
  /** The id of the nth thing of a kind, whether or not it still exists. */
  idOf(kind: "user" | "group" | "app", index: number): string;
  /** Changes the organisation. */
  mutate(mutation: Mutation): MutationResult;
  /** Lets requests go wrong. */
  addFault(fault: Fault): void;
  /** Lets all go well again. */
  clearFaults(): void;
  /** Stops the server and breaks open connections. */
  close(): Promise<void>;
}

/** Starts a simulator on loopback. */
export async function startOktaSimulator(options: OktaSimulatorOptions = {}): Promise<OktaSimulator> {
  const holder = { state: new SimulatorState(options) };
  const server = await SimulatorServer.listen(holder, options.port ?? 0);
  const url = server.url;
  const origin = options.publicUrl?.replace(/\/$/, "") ?? url;
  return {
    url,
    get token() {
      return holder.state.tokens.tokens.readonly;
    },
    get tokens() {
      return holder.state.tokens.tokens;
    },
    get serviceApp() {
      return holder.state.oauth.apps.ordinary;
    },
    get dpopServiceApp() {
      return holder.state.oauth.apps.dpop;
    },
    get rolelessServiceApp() {
      return holder.state.oauth.apps.roleless;
    },
    get switches() {
      return holder.state.organisation.switches;
    },
    get clock() {
      return holder.state.organisation.clock;
    },
    requests: () => holder.state.requests.all(),
    clearRequests: () => holder.state.requests.clear(),
    politeness: () => structuredClone(holder.state.limiter.politeness),
    truth: (resource) =>
      truthRecords(holder.state.organisation, resource, origin) as Iterable<Record<string, unknown>>,
    truthLines: (resource) => truthLines(holder.state.organisation, resource, origin),
    idOf: (kind, index) => holder.state.organisation[`${kind}s` as const].ids.of(index),
    mutate: (mutation) => mutate(holder.state, mutation),
    addFault: (fault) => holder.state.faults.add(fault),
    clearFaults: () => holder.state.faults.clear(),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
