/**
 * The REST client: one API, one origin, one set of credentials and limits. Builds requests, sends them with
 * retries and walks pages. Knows no API in particular; everything specific comes as {@link ClientConfig}.
 * @module
 */
import type { Emit } from "../pipeline/events.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import { createAuthContext } from "./auth_context.ts";
import { createAuth } from "./auth/mod.ts";
import { checkBaseUrl } from "./origin.ts";
import { createPaginator } from "./paginators/mod.ts";
import { RateLimiter } from "./rate_limit.ts";
import { appendParams, joinUrl, type Params } from "./request_url.ts";
import { retryPolicy } from "./retry.ts";
import { type SendContext, Sender } from "./sender.ts";
import { ServerClock, systemTimer, type Timer } from "./timer.ts";
import type {
  ClientConfig,
  Paginator,
  PaginatorConfig,
  RequestSpec,
  RestPage,
  RestResponse,
} from "./types.ts";
import { selectBody, walk } from "./walk.ts";

/** What a client needs from the run it belongs to. */
export interface ClientOptions {
  /** Ends all waiting and sending; its reason is what is thrown. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** The clock and sleep; tests pass their own. Time limits of requests always use the real one. */
  readonly timer?: Timer;
}

/** The parts of a request besides its path. */
export interface RequestOptions {
  /** Default `GET`. */
  readonly method?: string;
  readonly params?: Params;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: JsonValue;
}

/** How {@link RestClient.paginate} reads pages. */
export interface PaginateOptions extends Omit<SendContext, "page" | "onAnswer"> {
  /** Default: the client's. */
  readonly paginator?: PaginatorConfig;
  /** Finds the records in a body. Default: a list of objects, or one object. */
  readonly select?: (body: JsonValue | undefined) => JsonObject[];
  /** Sends for the next page before the present one is used. @default false */
  readonly prefetch?: boolean;
}

/** A client as one resource sees it. */
export type ResourceClient = Pick<RestClient, "origin" | "lastServerTime" | "request" | "send" | "paginate">;

const DEFAULT_HEADERS = { accept: "application/json", "user-agent": "sluice" };
const DEFAULT_CONCURRENCY = 8;
const DEFAULT_TIMEOUT_SECONDS = 90;

/**
 * A client for one API.
 *
 * @example Read every page
 * ```ts ignore
 * // Needs a server; tests/rest_client_test.ts has runnable ones.
 * const client = new RestClient({ base_url: "https://api.example.com/v1" }, { signal, emit });
 * for await (const page of client.paginate(client.request("users", { params: { limit: 200 } }))) {
 *   console.log(page.records.length);
 * }
 * ```
 */
export class RestClient {
  /** Scheme, host and port that all requests go to. */
  readonly origin: string;
  /** Requests in flight at once, at most. */
  readonly maxConcurrency: number;
  readonly #baseUrl: string;
  readonly #sender: Sender;
  readonly #clock: ServerClock;
  readonly #paginator: Paginator;
  readonly #sizeParam: string | undefined;

  /** @throws {ConfigError} when the base URL, the credentials or the paginator cannot be used */
  constructor(config: ClientConfig, { signal, emit, timer = systemTimer }: ClientOptions) {
    this.#baseUrl = checkBaseUrl(config.base_url);
    this.origin = new URL(this.#baseUrl).origin;
    this.#paginator = createPaginator(config.paginator);
    this.#sizeParam = config.retry?.shrink?.param;
    const clock = this.#clock = new ServerClock(timer);
    this.maxConcurrency = Math.max(1, config.max_concurrency ?? DEFAULT_CONCURRENCY);
    const rateLimit = config.rate_limit ?? {};
    const limiter = new RateLimiter(rateLimit, {
      maxConcurrency: this.maxConcurrency,
      advice: config.error_format?.advice?.["429"],
      timer,
      clock,
      signal,
      emit,
    });
    const headers = lowerCaseNames(DEFAULT_HEADERS, config.headers);
    const retry = retryPolicy(config.retry);
    const timeoutMs = (config.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    const shared = { retry, timeoutMs, clock, timer, signal, emit };
    this.#sender = new Sender({
      ...shared,
      origin: this.origin,
      headers,
      auth: createAuth(config.auth),
      limiter,
      errorFormat: config.error_format,
      authContext: createAuthContext({
        ...shared,
        rateLimit,
        maxWaitMs: limiter.maxWaitMs,
        userAgent: headers["user-agent"]!,
      }),
    });
  }

  /** The same client, with the same limits and credentials, that says which resource its requests are for. */
  forResource(resource: string): ResourceClient {
    const lastServerTime = () => this.lastServerTime;
    return {
      origin: this.origin,
      get lastServerTime() {
        return lastServerTime();
      },
      request: (path, options) => this.request(path, options),
      send: (request, context) => this.send(request, { resource, ...context }),
      paginate: (request, options) => this.paginate(request, { resource, ...options }),
    };
  }

  /** The server's clock in its last answer, epoch milliseconds; undefined before the first `Date` header. */
  get lastServerTime(): number | undefined {
    return this.#clock.lastServerTime;
  }

  /** Builds a request below `base_url`; an absolute http(s) path is kept as it is. */
  request(path: string, options: RequestOptions = {}): RequestSpec {
    const { method = "GET", params = {}, headers = {}, json } = options;
    const url = appendParams(joinUrl(this.#baseUrl, path), params);
    return { method: method.toUpperCase(), url, headers, ...(json === undefined ? {} : { json }) };
  }

  /**
   * Sends a request, with retries, and returns the answer with its body read and parsed.
   *
   * @throws {ExtractError} when no acceptable answer can be had; see {@link Sender}
   * @throws {ConfigError} when the credentials cannot be used
   */
  async send(request: RequestSpec, context: SendContext = {}): Promise<RestResponse> {
    return (await this.#sender.send(request, context)).response;
  }

  /**
   * Reads page after page. An answer that `accept` lets pass has no records and ends the walk.
   *
   * @throws {ExtractError} "pagination-loop", "foreign-origin", or what {@link send} throws
   */
  paginate(request: RequestSpec, options: PaginateOptions = {}): AsyncGenerator<RestPage> {
    const { paginator, select = selectBody, prefetch, ...context } = options;
    return walk(request, {
      origin: this.origin,
      resource: context.resource,
      paginator: paginator === undefined ? this.#paginator : createPaginator(paginator),
      select,
      prefetch,
      sizeParam: this.#sizeParam,
      send: (request, page, onAnswer) => this.#sender.send(request, { ...context, page, onAnswer }),
    });
  }
}

/** Header records merged without regard to case; later ones win. */
function lowerCaseNames(
  ...records: (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const pairs = records.flatMap((record) => Object.entries(record ?? {}));
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}
