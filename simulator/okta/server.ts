/**
 * The HTTP server: it decides who answers a request, lets things go wrong on purpose, waits as long as the
 * latency model says, and writes the answer. `node:http` is used because it can send a header twice.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { answerApi, askedLimit } from "./api.ts";
import { ApiError } from "./api_error.ts";
import { answerControl } from "./control.ts";
import { deliver } from "./delivery.ts";
import { breakAnswer, breakReply } from "./fault_catalogue.ts";
import type { FaultAction, FaultSite } from "./fault_kinds.ts";
import { pagedByLink } from "./paged_by_link.ts";
import { errorReply, jsonReply, rateHeaders, type Reply, requestIdOf } from "./reply.ts";
import type { RequestRecord } from "./requests.ts";
import { findRoute } from "./routes.ts";
import type { SimulatorState } from "./simulator.ts";
import { welcomePage } from "./welcome.ts";

/** Holds the state so that it can be replaced under a running server. */
export interface StateHolder {
  state: SimulatorState;
}

const API = "/api/v1/";
const TOKEN_PATH = "/oauth2/v1/token";
/** Length of the pieces a streamed answer is written in. */
const CHUNK_LENGTH = 65_536;

/** A listening server. */
export class SimulatorServer {
  readonly holder: StateHolder;
  readonly #server: Server;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #pending = new Set<() => void>();
  #count = 0;
  #isClosed = false;

  private constructor(holder: StateHolder) {
    this.holder = holder;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error) => {
        if (request.destroyed && error.code === "ECONNRESET") return;
        // A defect of the simulator must not look like a behaviour of the API.
        console.error("simulator failed:", error);
        response.destroy();
      });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Starts listening on the loopback interface. */
  static async listen(holder: StateHolder, port: number): Promise<SimulatorServer> {
    const server = new SimulatorServer(holder);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.#server.once("error", reject);
    server.#server.listen(port, "127.0.0.1", resolve);
    await promise;
    return server;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stops listening, ends every wait and breaks open connections. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const resolve of this.#pending) resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state } = this.holder;
    const origin = linkOrigin(state, request, this.url);
    const url = parseUrl(request.url ?? "/", origin);
    if (url.pathname.startsWith("/__sim/")) {
      const body = await readBody(request);
      const answer = await answerControl(this.holder, { method: request.method ?? "GET", url, body, origin });
      return await write(response, answer);
    }
    if (url.pathname === "/") return await write(response, welcomePage(state, this.url));
    await this.#simulate(state, { request, response, url, origin });
  }

  async #simulate(
    state: SimulatorState,
    { request, response, url, origin }: {
      request: IncomingMessage;
      response: ServerResponse;
      url: URL;
      origin: string;
    },
  ): Promise<void> {
    const started = performance.now();
    const record = newRecord(state, request, url);
    state.requests.add(record);
    const hasRoom = state.limiter.enter();
    try {
      const match = findRoute(url.pathname.slice(API.length));
      const limit = askedLimit(url, match?.route);
      const fault = state.faults.pick({ route: record.route, url: request.url ?? "", limit });
      record.fault = fault?.kind;
      const site = siteOf(state, { url, origin });
      const reply = await this.#reply(state, { request, url, origin, record, hasRoom, fault, site });
      await this.#pause(latencyOf(state, reply.items));
      const changed = breakReply(reply, fault, site);
      record.status = changed.status;
      record.items = changed.items;
      record.durationMs = performance.now() - started;
      if (this.#isClosed) return;
      record.bytes = await this.#write(state, { request, response, reply: changed });
    } finally {
      state.limiter.leave();
    }
  }

  async #reply(
    state: SimulatorState,
    { request, url, origin, record, hasRoom, fault, site }: {
      request: IncomingMessage;
      url: URL;
      origin: string;
      record: RequestRecord;
      hasRoom: boolean;
      fault: FaultAction | undefined;
      site: FaultSite;
    },
  ): Promise<Reply> {
    if (!hasRoom) return concurrencyReply(state);
    const broken = breakAnswer(fault, site);
    if (broken) {
      await readBody(request);
      return broken;
    }
    const method = request.method ?? "GET";
    if (url.pathname === TOKEN_PATH) return tokenReply(state, { request, origin });
    if (url.pathname === "/.well-known/okta-organization") return jsonReply(organizationText(origin));
    await readBody(request);
    const match = url.pathname.startsWith(API) ? findRoute(url.pathname.slice(API.length)) : undefined;
    if (/^\/api\/v1\/sessions\/?$/.test(url.pathname)) return methodNotAllowed();
    if (!match) return errorReply(new ApiError("E0000008"), false);
    return answerApi(state, { method, url, origin, headers: request.headers, match, record });
  }

  async #write(
    state: SimulatorState,
    { request, response, reply }: { request: IncomingMessage; response: ServerResponse; reply: Reply },
  ): Promise<number> {
    const { switches, clock } = state.organisation;
    const isBare = reply.headers["x-sluice-bare"] !== undefined;
    const headers: Record<string, string | string[]> = {
      date: new Date(clock.now()).toUTCString(),
      ...reply.headers,
    };
    delete headers["x-sluice-bare"];
    if (!isBare) headers["x-okta-request-id"] = requestIdOf(++this.#count);
    if (switches.setCookie) headers["set-cookie"] = "JSESSIONID=0123456789ABCDEF; Path=/; Secure; HttpOnly";
    let body: string | Uint8Array = reply.bytes ?? reply.body;
    if (switches.gzip && body.length > 0 && String(request.headers["accept-encoding"]).includes("gzip")) {
      body = gzipSync(body, { level: 1 });
      headers["content-encoding"] = "gzip";
    }
    return await deliver(response, { ...reply, headers, body }, async (ms) => {
      await this.#pause(ms);
      return !this.#isClosed;
    });
  }

  /** Waits in real time; closing the server ends the wait. */
  async #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#timers.add(timer);
    this.#pending.add(resolve);
    await promise;
    this.#timers.delete(timer);
    this.#pending.delete(resolve);
  }
}

function siteOf(state: SimulatorState, { url, origin }: { url: URL; origin: string }): FaultSite {
  return {
    url,
    origin,
    now: state.organisation.clock.now(),
    list: pagedByLink,
    memory: state.faults.memory,
    refuse: (code, summary) =>
      errorReply(new ApiError(code, summary === undefined ? {} : { summary }), false),
    budget: rateHeaders,
  };
}

function newRecord(state: SimulatorState, request: IncomingMessage, url: URL): RequestRecord {
  const match = url.pathname.startsWith(API) ? findRoute(url.pathname.slice(API.length)) : undefined;
  const isToken = url.pathname === TOKEN_PATH;
  return {
    time: state.organisation.clock.now(),
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.search.slice(1),
    route: match?.route.name ?? (isToken ? "token" : "unknown"),
    bucket: match?.route.bucket ?? (isToken ? "/oauth2/v1/token" : "other"),
    status: 0,
    credential: "none",
    bytes: 0,
    remaining: undefined,
    fault: undefined,
    durationMs: 0,
    items: 0,
  };
}

function parseUrl(path: string, origin: string): URL {
  return new URL(path.startsWith("/") ? origin + path : path);
}

/** The origin links show: fixed, or the host that was called without the `-admin` of the console. */
function linkOrigin(state: SimulatorState, request: IncomingMessage, own: string): string {
  const { linkHost } = state.organisation.switches;
  if (linkHost !== "request") return linkHost;
  if (state.options.publicUrl !== undefined) return state.options.publicUrl.replace(/\/$/, "");
  const { host } = request.headers;
  if (host === undefined || !/^[\w.-]+(:\d+)?$/.test(host)) return own;
  return `http://${host.replace(/^([^.:]+)-admin(?=[.:]|$)/, "$1")}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function tokenReply(
  state: SimulatorState,
  { request, origin }: { request: IncomingMessage; origin: string },
): Promise<Reply> {
  const body = await readBody(request);
  const admission = state.limiter.take("token", "/oauth2/v1/token");
  if (!admission.isAdmitted) {
    const refused = errorReply(new ApiError("E0000047"), false);
    return { ...refused, headers: { ...refused.headers, ...rateHeaders(admission) } };
  }
  if (request.method !== "POST") return errorReply(new ApiError("E0000022"), false);
  const proof = request.headers.dpop;
  const answer = await state.oauth.answer({
    contentType: request.headers["content-type"] ?? "",
    body,
    proof: Array.isArray(proof) ? proof[0] : proof,
    endpoint: origin + TOKEN_PATH,
  });
  const headers = {
    ...rateHeaders(admission),
    ...(answer.nonce !== undefined && { "dpop-nonce": answer.nonce }),
  };
  return { ...jsonReply(JSON.stringify(answer.body), { headers }), status: answer.status };
}

function methodNotAllowed(): Reply {
  const reply = errorReply(new ApiError("E0000022"), false);
  return { ...reply, headers: { ...reply.headers, "x-sluice-bare": "1" } };
}

function concurrencyReply({ organisation: { clock, switches } }: SimulatorState): Reply {
  const reply = errorReply(new ApiError("E0000047"), false);
  const shift = switches.concurrencyReset === "future" ? 60 : -60;
  const reset = Math.floor(clock.now() / 1000) + shift;
  return { ...reply, headers: { ...reply.headers, ...rateHeaders({ limit: 0, remaining: 0, reset }) } };
}

function organizationText(origin: string): string {
  const settings = { analyticsCollectionEnabled: false, bugReportingEnabled: true, omEnabled: false };
  return JSON.stringify({
    id: "00o1sluiceorg0000001",
    _links: { organization: { href: origin } },
    pipeline: "idx",
    settings,
  });
}

/** The model: a fixed part around the typical time, a part per record, and one slow answer in a hundred. */
function latencyOf({ options, draw }: SimulatorState, items: number): number {
  const typical = options.latencyMs ?? 0;
  if (typical === 0) return 0;
  const isSlow = draw() < 0.01;
  return isSlow ? typical * 15 : typical * (0.4 + 1.6 * draw() ** 2) + items * typical / 200;
}

async function write(response: ServerResponse, reply: Reply): Promise<void> {
  response.writeHead(reply.status, reply.headers);
  let chunk = reply.body;
  for (const line of reply.lines ?? []) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    if (!response.write(chunk)) await drained(response);
    if (response.destroyed) return;
    chunk = "";
  }
  response.end(chunk);
}

/** Waits until a slow reader has caught up or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve);
  response.once("close", resolve);
  await promise;
  response.off("drain", resolve);
  response.off("close", resolve);
}
