/**
 * From a request to an answer: routing, authentication, limits, permission, the route itself, and paging. What
 * goes wrong on purpose and how answers reach the wire is in `server.ts`.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import { authenticate, authorize, type Caller } from "./auth.ts";
import type { Answer, Call, ListAnswer } from "./call.ts";
import type { Admission } from "./limits.ts";
import { odd } from "./odd_records.ts";
import {
  type Cursor,
  cutPage,
  effectiveLimit,
  linkHeader,
  normalizedQuery,
  type Page,
  readCursor,
  writeCursor,
} from "./paging.ts";
import { hashText } from "./random.ts";
import { errorReply, etagOf, jsonReply, rateHeaders, type Reply, type ReplyHeaders } from "./reply.ts";
import type { RequestRecord } from "./requests.ts";
import type { Route, RouteMatch } from "./routes.ts";
import type { SimulatorState } from "./simulator.ts";

/** A request to the Management API. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** The origin links are written with. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly match: RouteMatch;
  readonly record: RequestRecord;
}

/** Answers a request to a known path. */
export async function answerApi(state: SimulatorState, request: ApiRequest): Promise<Reply> {
  let headers: ReplyHeaders = {};
  const isLog = request.match.route.name === "system_log";
  try {
    const caller = await callerOf(state, request);
    request.record.credential = caller.name;
    const admission = state.limiter.take(caller.name, request.match.route.bucket);
    headers = rateHeaders(admission);
    request.record.remaining = admission.remaining;
    if (!admission.isAdmitted) throw throttled(state, admission);
    authorize(caller, request.match.route.area, { path: request.url.pathname, origin: request.origin });
    const reply = answerRoute(state, request, caller);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reply = errorReply(error, isLog);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }
}

function callerOf(
  { tokens, oauth, organisation }: SimulatorState,
  { headers, method, url, origin }: ApiRequest,
) {
  const proof = headers.dpop;
  const credentials = {
    authorization: headers.authorization as string | undefined,
    proof: Array.isArray(proof) ? proof[0] : proof,
    method,
    target: origin + url.pathname,
    origin,
  };
  return authenticate(credentials, { tokens, oauth, switches: organisation.switches });
}

function throttled({ organisation }: SimulatorState, { reset }: Admission): ApiError {
  if (!organisation.switches.retryAfter) return new ApiError("E0000047");
  const seconds = Math.max(1, reset - Math.floor(organisation.clock.now() / 1000));
  return new ApiError("E0000047", { headers: { "retry-after": String(seconds) } });
}

function answerRoute(state: SimulatorState, request: ApiRequest, caller: Caller): Reply {
  const { organisation } = state;
  const { route, ids } = request.match;
  const accept = String(request.headers.accept ?? "*/*");
  if (!/\*\/\*|application\/(json|\*)/.test(accept)) throw new ApiError("E0000122");
  if (request.method !== "GET") throw new ApiError("E0000022");
  const query = request.url.searchParams;
  const limit = route.limit ? effectiveLimit(query, route.limit, organisation.switches) : 0;
  const isOwnCursor = route.name === "system_log";
  const cursor = isOwnCursor ? undefined : cursorOf(state, request);
  const startedAt = cursor?.startedAt ?? organisation.clock.now();
  const { origin } = request;
  const contentType = String(request.headers["content-type"] ?? "");
  const path = request.url.pathname;
  const call: Call = { organisation, caller, query, ids, path, origin, startedAt, contentType, limit };
  const answer = route.answer(call);
  return replyTo(state, request, { answer, call, cursor });
}

function replyTo(
  state: SimulatorState,
  request: ApiRequest,
  { answer, call, cursor }: { answer: Answer; call: Call; cursor: Cursor | undefined },
): Reply {
  const { link, oddities } = state.organisation.switches;
  const bodyOf = (items: readonly string[]) => `[${items.map((text) => odd(text, oddities)).join(",")}]`;
  if ("record" in answer) {
    const headers: ReplyHeaders = answer.hasEtag ? { etag: etagOf(answer.record) } : {};
    return jsonReply(odd(answer.record, oddities), { headers });
  }
  const base = request.origin + request.url.pathname;
  if ("items" in answer) {
    const next = answer.nextQuery === undefined ? undefined : `${base}?${answer.nextQuery}`;
    const headers = { link: linkHeader(`${base}?${answer.selfQuery}`, next, link) };
    return jsonReply(bodyOf(answer.items), { headers, items: answer.items.length });
  }
  const { parameters } = request.match.route;
  const page = pageOf(state, { answer, call, cursor });
  const self = `${base}?${normalizedQuery(call.query, parameters, call.limit)}`;
  const nextCursor = nextCursorOf(state, { page, call, cursor, isPaged: answer.isPaged ?? true });
  let next: string | undefined;
  if (nextCursor) {
    const query = new URLSearchParams(call.query);
    query.set("after", writeCursor(nextCursor, bindingOf(request)));
    next = `${base}?${normalizedQuery(query, parameters, call.limit)}`;
  }
  const headers = { link: linkHeader(self, next, link) };
  return jsonReply(bodyOf(page.items), { headers, items: page.items.length });
}

interface PageRequest {
  readonly answer: ListAnswer;
  readonly call: Call;
  readonly cursor: Cursor | undefined;
}

function pageOf(
  { organisation }: SimulatorState,
  { answer, call, cursor }: PageRequest,
): Page & { isHollow?: boolean } {
  const { switches } = organisation;
  const place = hashText(JSON.stringify(cursor?.position ?? null));
  if (switches.emptyPages && cursor && !cursor.wasEmpty && place % 3 === 0) {
    return { items: [], last: cursor.position, isEnd: false, isHollow: true };
  }
  const size = switches.shortPages ? 1 + place % call.limit : call.limit;
  return cutPage(answer.list, cursor?.position, size);
}

function nextCursorOf(
  { organisation }: SimulatorState,
  { page, call, cursor, isPaged }: {
    page: Page & { isHollow?: boolean };
    call: Call;
    cursor: Cursor | undefined;
    isPaged: boolean;
  },
): Cursor | undefined {
  const isFull = page.items.length === call.limit &&
    organisation.switches.exactlyFullLastPage === "next-to-empty";
  if (!isPaged || (page.isEnd && !isFull)) return undefined;
  const shared = { startedAt: cursor?.startedAt ?? call.startedAt, issuedAt: organisation.clock.now() };
  return { position: page.last, ...shared, wasEmpty: page.isHollow ?? false };
}

/** Names the list a cursor belongs to: everything but the page size, which a client may lower. */
function bindingOf({ url, match }: ApiRequest): string {
  const kept = match.route.parameters.filter((name) => name !== "limit").map((name) =>
    url.searchParams.get(name)
  );
  return JSON.stringify([match.route.name, match.ids, kept]);
}

function cursorOf({ organisation }: SimulatorState, request: ApiRequest): Cursor | undefined {
  const after = request.url.searchParams.get("after");
  if (after === null) return undefined;
  const cursor = readCursor(after, bindingOf(request));
  const { cursorTtlMs } = organisation.switches;
  const isExpired = cursor && cursorTtlMs > 0 && organisation.clock.now() - cursor.issuedAt > cursorTtlMs;
  if (cursor && !isExpired) return cursor;
  const code = request.url.searchParams.has("search") ? "E0000031" : "E0000029";
  throw new ApiError(code, { causes: ["Invalid cursor."] });
}

/** The limit a request asks for, for faults that depend on it. */
export function askedLimit(url: URL, route: Route | undefined): number {
  const given = Number(url.searchParams.get("limit") ?? NaN);
  return Number.isNaN(given) ? route?.limit?.default ?? 0 : given;
}
