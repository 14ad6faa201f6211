/**
 * A small API whose five lists are paged in five ways, with the simulator's catalogue of faults. Holds no tests.
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deliver } from "../../simulator/okta/delivery.ts";
import { breakAnswer, breakReply } from "../../simulator/okta/fault_catalogue.ts";
import type { FaultAction, FaultSite, PagedList } from "../../simulator/okta/fault_kinds.ts";
import { type Fault, FaultPlan } from "../../simulator/okta/faults.ts";
import { pagedByLink } from "../../simulator/okta/paged_by_link.ts";
import { rateHeaders, type Reply } from "../../simulator/okta/reply.ts";

/** The lists, by path. */
export const LISTS = ["page", "offset", "cursor", "json", "link"] as const;
type List = typeof LISTS[number];

/** What the API asks its visitors for. */
export const TOKEN = "paged-api-token-0123456789";

/** A running API. */
export interface PagedApi extends AsyncDisposable {
  readonly url: string;
  addFault(fault: Fault): void;
  clearFaults(): void;
}

const PAGE_SIZE = 4;

interface Page {
  readonly records: readonly unknown[];
  readonly total: number;
  readonly next: number | undefined;
}

/** Serves records, the same on every list. */
export async function startPagedApi(
  records: readonly Readonly<Record<string, unknown>>[],
  { seed, now }: { seed: number; now: number },
): Promise<PagedApi> {
  const plan = new FaultPlan(seed);
  const waits = new Set<() => void>();
  const pause = async (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(true), ms);
    const end = () => (clearTimeout(timer), resolve(false));
    waits.add(end);
    return await promise.finally(() => waits.delete(end));
  };
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    const url = new URL(origin + request.url);
    const name = url.pathname.slice(1);
    const list = (LISTS as readonly string[]).includes(name) ? name as List : undefined;
    const fault = plan.pick({ route: name, url: url.href, limit: PAGE_SIZE });
    const site = siteOf({ url, origin, now, list, plan });
    const made = breakAnswer(fault, site) ??
      (request.headers.authorization !== `Bearer ${TOKEN}`
        ? refusal("E0000011")
        : list
        ? answer(list, url, cut(records, placeOf(list, url)))
        : refusal("E0000007"));
    const reply = breakReply(made, fault as FaultAction, site);
    const headers = { date: new Date(now).toUTCString(), ...reply.headers };
    deliver(response, { ...reply, headers, body: reply.bytes ?? reply.body }, pause).catch((error) => {
      console.error("paged API failed:", error);
      response.destroy();
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    addFault: (fault) => plan.add(fault),
    clearFaults: () => plan.clear(),
    async [Symbol.asyncDispose]() {
      for (const end of waits) end();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function placeOf(list: List, { searchParams }: URL): number {
  const number = (name: string, standard: number) => Number(searchParams.get(name) ?? standard);
  return list === "page"
    ? (number("page", 1) - 1) * PAGE_SIZE
    : number(list === "cursor" ? "cursor" : "offset", 0);
}

function cut(records: readonly unknown[], from: number): Page {
  const end = from + PAGE_SIZE;
  return {
    records: records.slice(from, end),
    total: records.length,
    next: end < records.length ? end : undefined,
  };
}

function answer(list: List, { origin, pathname }: URL, { records, total, next }: Page): Reply {
  const headers = { "content-type": "application/json" };
  const link = next === undefined ? undefined : `${origin}${pathname}?offset=${next}`;
  if (list === "link") {
    const lines = [`<${origin}${pathname}>; rel="self"`, ...(link ? [`<${link}>; rel="next"`] : [])];
    return reply(records, { ...headers, link: lines });
  }
  const about = {
    page: { total: Math.ceil(total / PAGE_SIZE) },
    offset: { total },
    cursor: { cursors: { next: next === undefined ? null : String(next) } },
    json: { next: link ?? null },
  }[list];
  return reply({ data: records, ...about }, headers);
}

function reply(value: unknown, headers: Reply["headers"]): Reply {
  return { status: 200, headers, body: JSON.stringify(value), items: 1 };
}

const STATUSES: Readonly<Record<string, number>> = {
  E0000001: 400,
  E0000006: 403,
  E0000007: 404,
  E0000009: 500,
  E0000010: 503,
  E0000011: 401,
  E0000047: 429,
  E0000239: 423,
};

function refusal(code: string): Reply {
  return {
    ...reply({ error: { code, message: "refused" } }, { "content-type": "application/json" }),
    status: STATUSES[code] ?? 500,
  };
}

function siteOf(
  { list, plan, ...at }: { url: URL; origin: string; now: number; list: List | undefined; plan: FaultPlan },
): FaultSite {
  return {
    ...at,
    list: list === "link" ? pagedByLink : list === "json" ? linkedInBody : countedInBody,
    memory: plan.memory,
    refuse: refusal,
    budget: (values) => rateHeaders(values),
  };
}

type Body = { data: unknown[]; next?: string | null };

/** Records under `data`; the client counts, or sends a cursor back. */
const countedInBody: PagedList = {
  records: (reply) => bodyOf(reply)?.data.map((record) => JSON.stringify(record)),
  withRecords: (reply, records) => {
    const { data: _data, ...rest } = bodyOf(reply)!;
    return { ...reply, body: `{"data":[${records.join(",")}],${JSON.stringify(rest).slice(1)}` };
  },
};

/** The same, with the way on under `next`. */
const linkedInBody: PagedList = {
  ...countedInBody,
  next: (reply) => bodyOf(reply)?.next ?? undefined,
  withNext(reply, url) {
    const body = bodyOf(reply);
    if (!body) return reply;
    return { ...reply, body: JSON.stringify({ ...body, next: url ?? null }) };
  },
};

function bodyOf({ body }: Reply): Body | undefined {
  return body.startsWith('{"data":') ? JSON.parse(body) : undefined;
}
