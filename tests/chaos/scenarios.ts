/**
 * What is lied to: sources with the API they read, in three states of its data one after the other. Holds no
 * tests.
 * @module
 */
import { type Pipeline, restApiSource, type Source } from "../../mod.ts";
import {
  type Fault,
  type OktaSimulator,
  type OktaSimulatorOptions,
  startOktaSimulator,
} from "../../simulator/okta/mod.ts";
import okta from "../../sources/okta.ts";
import { LISTS, startPagedApi, TOKEN } from "./paged_api.ts";

/** Sources of any parameters. */
export type LiedSource = Parameters<Pipeline["run"]>[0];

/** How patient a source is. */
export interface Patience {
  readonly timeoutSeconds: number;
  readonly attempts: number;
}

/** An API in one state of its data. */
export interface LiedApi extends AsyncDisposable {
  source(patience: Patience): LiedSource;
  /** What must never be seen. */
  readonly secret: string;
  addFault(fault: Fault): void;
  clearFaults(): void;
}

/** A list that faults may hit. */
export interface LiedRoute {
  readonly name: string;
  /** Every record that comes is kept, as in append and replace: a repeated one is there twice. */
  readonly appends?: boolean;
  /** A feed: an empty page says that there is no more for now. */
  readonly isFeed?: boolean;
  /** The source is told to go on after 403 and 404. */
  readonly forgives?: boolean;
}

/** A source under test. */
export interface Scenario {
  readonly name: string;
  /** Where the API's clock stands first, epoch milliseconds; it moves an hour with each state. */
  readonly now: number;
  readonly routes: readonly LiedRoute[];
  /** Whether a time limit can be set, so that a server that hangs costs no minutes. */
  readonly isHasty: boolean;
  /** Values change their types from record to record, so that columns depend on which comes first. */
  readonly isOrderly?: boolean;
  open(state: number): Promise<LiedApi>;
}

/** States of the data. */
export const STATES = 3;

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const HOUR_MS = 3_600_000;

async function openOkta(
  state: number,
  options: OktaSimulatorOptions,
  source: (sim: OktaSimulator, patience: Patience) => LiedSource,
): Promise<LiedApi> {
  const sim = await startOktaSimulator({
    users: 10,
    groups: 4,
    apps: 3,
    events: 24,
    seed: 5,
    now: { at: NOW, frozen: true },
    ...options,
  });
  for (let each = 0; each < state; each++) change(sim, each);
  return {
    source: (patience) => source(sim, patience),
    secret: sim.token,
    addFault: (fault) => sim.addFault(fault),
    clearFaults: () => sim.clearFaults(),
    [Symbol.asyncDispose]: () => sim.close(),
  };
}

/** A working hour: people come and change, groups change, events arrive. */
function change(sim: OktaSimulator, turn: number): void {
  sim.clock.advance(HOUR_MS);
  const user = (index: number) => sim.idOf("user", index + turn);
  sim.mutate({ op: "user.update", id: user(1), profile: { department: `Moved ${turn}` } });
  sim.mutate({ op: "user.create", status: "ACTIVE", profile: { login: `new${turn}@acme.test` } });
  sim.mutate({
    op: "group.update",
    id: sim.idOf("group", 1 + turn),
    profile: { description: `renamed ${turn}` },
  });
  sim.mutate({ op: "group.addMember", groupId: sim.idOf("group", 2), userId: user(4) });
  sim.mutate({ op: "app.create", label: `Brand new ${turn}` });
  sim.mutate({ op: "event.emit", count: 5 });
  sim.clock.advance(60_000);
}

const OKTA_ROUTES: readonly LiedRoute[] = [
  { name: "users" },
  { name: "groups" },
  { name: "group_users", forgives: true },
  { name: "groups_assigned_apps", forgives: true },
  { name: "apps" },
  { name: "apps_assigned", forgives: true },
  { name: "system_log", isFeed: true },
  { name: "users_me" },
];

function builtIn(name: string, options: OktaSimulatorOptions): Scenario {
  return {
    isOrderly: options.data === "hostile",
    name,
    now: NOW,
    routes: OKTA_ROUTES,
    isHasty: false,
    open: (state) => openOkta(state, options, (sim) => okta({ base_url: sim.url, api_token: sim.token })),
  };
}

const declared: Scenario = {
  name: "declared",
  now: NOW,
  routes: [
    { name: "users" },
    { name: "groups" },
    { name: "group_users" },
    { name: "apps", appends: true },
    { name: "system_log", appends: true },
  ],
  isHasty: true,
  open: (state) => openOkta(state, {}, declaredSource),
};

function declaredSource({ url, token }: OktaSimulator, { timeoutSeconds, attempts }: Patience): Source {
  return restApiSource({
    client: {
      base_url: `${url}/api/v1`,
      auth: { type: "api_key", name: "Authorization", api_key: `SSWS ${token}` },
      paginator: "header_link",
      timeout: timeoutSeconds,
      retry: { max_attempts: attempts },
      rate_limit: {
        limit_header: "x-rate-limit-limit",
        remaining_header: "x-rate-limit-remaining",
        reset_header: "x-rate-limit-reset",
      },
    },
    resource_defaults: { primary_key: "id", write_disposition: "merge" },
    resources: [
      {
        name: "users",
        endpoint: {
          path: "users",
          params: { limit: 4, filter: 'lastUpdated ge "{incremental.start_value}"' },
          incremental: { cursor_path: "lastUpdated", initial_value: "1970-01-01T00:00:00.000Z" },
        },
      },
      { name: "groups", endpoint: { path: "groups", params: { limit: 3 } } },
      {
        name: "group_users",
        primary_key: ["group_id", "id"],
        include_from_parent: { group_id: "id" },
        endpoint: { path: "groups/{resources.groups.id}/users", params: { limit: 5 } },
      },
      { name: "apps", write_disposition: "replace", endpoint: { path: "apps", params: { limit: 2 } } },
      {
        name: "events",
        primary_key: "uuid",
        write_disposition: "append",
        endpoint: {
          path: "logs",
          params: { limit: 7, sortOrder: "ASCENDING", until: new Date(NOW + 10 * HOUR_MS).toISOString() },
          incremental: {
            cursor_path: "published",
            start_param: "since",
            initial_value: new Date(NOW - 80 * 24 * HOUR_MS).toISOString(),
          },
        },
      },
    ],
  });
}

const pagers: Scenario = {
  name: "pagers",
  now: NOW,
  routes: LISTS.map((name) => ({ name, appends: name === "json" || name === "offset" })),
  isHasty: true,
  async open(state) {
    const now = NOW + state * HOUR_MS;
    const { url, ...api } = await startPagedApi(recordsOf(state), { seed: 7, now });
    return { ...api, secret: TOKEN, source: (patience) => pagersSource(url, patience) };
  },
};

/** Ten records; each later state adds three and changes two. */
function recordsOf(state: number): Record<string, unknown>[] {
  const count = 10 + 3 * state;
  const at = (minute: number) => new Date(NOW - 86_400_000 + minute * 60_000).toISOString();
  return Array.from({ length: count }, (_, index) => {
    const changed = index < 2 * state ? Math.floor(state - index / 2 - 0.5) + 1 : 0;
    const minute = changed
      ? 1000 * changed + index
      : index < 10
      ? index
      : 1000 * Math.ceil((index - 9) / 3) + index;
    return {
      id: index + 1,
      at: at(minute),
      name: `Record ${index + 1}${changed ? `, changed ${changed}` : ""}`,
      parts: [{ kind: "a", size: index }, { kind: "b", size: null }],
      place: { city: "Łódź", open: index % 2 === 0 },
    };
  });
}

function pagersSource(url: string, { timeoutSeconds, attempts }: Patience): Source {
  const data_selector = "data";
  return restApiSource({
    client: {
      base_url: url,
      auth: { type: "bearer", token: TOKEN },
      timeout: timeoutSeconds,
      retry: { max_attempts: attempts },
    },
    resource_defaults: { primary_key: "id", write_disposition: "merge" },
    resources: [
      {
        name: "page",
        endpoint: { path: "page", data_selector, paginator: { type: "page_number", base_page: 1 } },
      },
      {
        name: "offset",
        write_disposition: "replace",
        endpoint: { path: "offset", data_selector, paginator: { type: "offset", limit: 4 } },
      },
      { name: "cursor", endpoint: { path: "cursor", data_selector, paginator: { type: "cursor" } } },
      {
        name: "json",
        write_disposition: "append",
        endpoint: {
          path: "json",
          data_selector,
          paginator: { type: "json_link", next_url_path: "next" },
          incremental: { cursor_path: "at" },
        },
      },
      { name: "link", endpoint: { path: "link", data_selector: "$", paginator: "header_link" } },
    ],
  });
}

/** All scenarios, those first that are quick. */
export const SCENARIOS: readonly Scenario[] = [
  pagers,
  declared,
  builtIn("okta", {}),
  builtIn("okta hostile", { data: "hostile", users: 8, switches: { shortPages: true, emptyPages: true } }),
];
