/**
 * The REST client: one API, one origin, one set of credentials and limits. Builds requests, sends them with
 * retries and walks pages. Knows no API in particular; everything specific comes as {@link ClientConfig}.
 * @module
 */
import type { Emit } from "../pipeline/events.ts";
import type { JsonValue } from "../pipeline/json.ts";
import { type AnswerBook, remembered, remembering, type Send } from "./answers.ts";
import { createAuthContext } from "./auth_context.ts";
import { createAuth } from "./auth/mod.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { checkBaseUrl } from "./origin.ts";
import { createPaginator } from "./paginators/mod.ts";
import { RateLimiter } from "./rate_limit.ts";
import { checkBody, dataBody, type RequestData } from "./request_body.ts";
import { appendParams, isAbsolute, joinUrl, type Params } from "./request_url.ts";
import { retryPolicy } from "./retry.ts";
import { originFor, Router } from "./route.ts";
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
import { walk } from "./walk.ts";

/** What a client has from the run it belongs to. */
export interface ClientOptions {
  /** Ends all waiting and sending; its reason is what is thrown. */
  readonly signal?: AbortSignal;
  /** Hears of requests, waits and budgets. */
  readonly emit?: Emit;
  /**
   * For a client without `base_url`: the origin that its credentials and headers are for. Must come from the
   * configuration, never from data.
   */
  readonly origin?: string;
  /** Answers are put into it, and those that are in it are not asked for again. */
  readonly answers?: AnswerBook;
  /** The clock and sleep; tests pass their own. Time limits of requests always use the real one. */
  readonly timer?: Timer;
}

/** The parts of a request besides its path. */
export interface RequestOptions {
  /** Default `GET`. */
  readonly method?: string;
  readonly params?: Params;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body; null is none. */
  readonly json?: JsonValue;
  /**
   * A body in place of `json`: form fields as an object or pairs, or text or bytes, which are sent as they are and
   * without a content type.
   */
  readonly data?: RequestData | null;
}

/** How {@link RestClient.paginate} reads pages. */
export interface PaginateOptions extends Omit<SendContext, "page" | "onAnswer" | "signal"> {
  /** Default: the client's, which finds out by itself unless one is set. */
  readonly paginator?: PaginatorConfig | null;
  /** JSON path of the records in a body. Default: found out on the first page. */
  readonly dataSelector?: string;
  /** Sends for the next page before the present one is used. @default false */
  readonly prefetch?: boolean;
  /** Pages asked for before the present one is used, with prefetch. @default the client's `maxConcurrency` */
  readonly aheadPages?: number;
  /** Pages of one walk; more are an error. @default the client's `max_pages` */
  readonly maxPages?: number;
}

/** A client as one resource sees it. */
export type ResourceClient =
  & Pick<RestClient, "origin" | "lastServerTime" | "localTime" | "request" | "send" | "paginate">
  & {
    /**
     * What `make` finds out, such as the time, but once for all runs that go on with one extraction: what requests
     * are made of has to be the same in each of them, or they are sent again.
     */
    remember<T extends JsonValue>(name: string, make: () => Promise<T>): Promise<T>;
  };

const DEFAULT_HEADERS = { "user-agent": "sluice" };
/** What a client does that is not told otherwise; keys and units are those of {@link ClientConfig}. */
export const CLIENT_DEFAULTS = { max_concurrency: 8, timeout: 90, max_pages: 1_000_000 } as const;

/**
 * A client for one API.
 *
 * @example Read every page
 * ```ts ignore
 * // Needs a server; tests/rest_client_test.ts has runnable ones.
 * const client = new RestClient({ base_url: "https://api.example.com/v1", paginator: "header_link" });
 * for await (const page of client.paginate(client.request("users", { params: { limit: 200 } }))) {
 *   console.log(page.records.length);
 * }
 * ```
 */
export class RestClient {
  /** Scheme, host and port that requests go to unless they say otherwise; empty without `base_url`. */
  readonly origin: string;
  /** Requests in flight at once, at most. */
  readonly maxConcurrency: number;
  readonly #baseUrl: string;
  readonly #sender: Sender;
  readonly #send: Send;
  readonly #answers: AnswerBook | undefined;
  readonly #clock: ServerClock;
  readonly #timer: Timer;
  readonly #paginator: Paginator;
  readonly #sizeParam: string | undefined;
  readonly #maxPages: number;

  /** @throws {ConfigError} when the base URL, the credentials or the paginator cannot be used */
  constructor(config: ClientConfig, options: ClientOptions = {}) {
    const { signal = new AbortController().signal, emit = () => {}, origin, timer = systemTimer, answers } =
      options;
    this.#baseUrl = config.base_url ? checkBaseUrl(config.base_url) : "";
    this.origin = ownOrigin(this.#baseUrl, origin, config);
    this.#paginator = createPaginator(config.paginator);
    this.#sizeParam = config.retry?.shrink?.param;
    this.#maxPages = config.max_pages ?? CLIENT_DEFAULTS.max_pages;
    this.#timer = timer;
    const clock = this.#clock = new ServerClock(timer);
    this.maxConcurrency = Math.max(1, config.max_concurrency ?? CLIENT_DEFAULTS.max_concurrency);
    const rateLimit = config.rate_limit ?? {};
    const limiter = new RateLimiter(rateLimit, {
      maxConcurrency: this.maxConcurrency,
      origin: this.origin || undefined,
      advice: config.error_format?.advice?.["429"],
      timer,
      clock,
      signal,
      emit,
    });
    const headers = lowerCaseNames(config.headers);
    const retry = retryPolicy(config.retry);
    const timeoutMs = (config.timeout ?? CLIENT_DEFAULTS.timeout) * 1000;
    const shared = { retry, timeoutMs, timer, signal, emit };
    this.#sender = new Sender({
      ...shared,
      router: new Router({
        origin: this.origin,
        auth: createAuth(config.auth),
        defaultHeaders: DEFAULT_HEADERS,
        headers,
        clock,
        timer,
      }),
      limiter,
      errorFormat: config.error_format,
      authContext: createAuthContext({
        ...shared,
        clock,
        rateLimit,
        maxWaitMs: limiter.maxWaitMs,
        userAgent: headers["user-agent"] ?? DEFAULT_HEADERS["user-agent"],
      }),
    });
    const send: Send = (request, context) => this.#sender.send(request, context);
    this.#answers = answers;
    this.#send = answers ? remembering(send, answers) : send;
  }

  /** The same client, with the same limits and credentials, that says which resource its requests are for. */
  forResource(resource: string): ResourceClient {
    const lastServerTime = () => this.lastServerTime;
    const localTime = () => this.localTime;
    return {
      origin: this.origin,
      get lastServerTime() {
        return lastServerTime();
      },
      get localTime() {
        return localTime();
      },
      request: (path, options) => this.request(path, options),
      send: (request, context) => this.send(request, { resource, ...context }),
      paginate: (request, options) => this.paginate(request, { resource, ...options }),
      remember: (name, make) =>
        this.#answers ? remembered(this.#answers, { owner: resource, name }, make) : make(),
    };
  }

  /** The clock of this machine, epoch milliseconds. */
  get localTime(): number {
    return this.#timer.now();
  }

  /** The server's clock in its last answer, epoch milliseconds; undefined before the first `Date` header. */
  get lastServerTime(): number | undefined {
    return this.#clock.lastServerTime;
  }

  /**
   * Builds a request below `base_url`; an absolute http(s) path is kept as it is.
   *
   * @throws {ConfigError} "invalid-request" when it cannot be sent, "invalid-base-url" when the path is not whole
   * and there is no `base_url`
   */
  request(path: string, options: RequestOptions = {}): RequestSpec {
    const { method = "GET", params = {}, json, data } = options;
    if (this.#baseUrl === "" && !isAbsolute(path)) throw relativePath();
    const url = appendParams(joinUrl(this.#baseUrl, path), params);
    const { body, contentType } = dataBody(data);
    const headers = contentType ? withDefault(options.headers, "content-type", contentType) : options.headers;
    const request: RequestSpec = {
      method: method.toUpperCase(),
      url,
      headers: headers ?? {},
      ...(json === undefined || json === null ? {} : { json }),
      ...(body === undefined ? {} : { body }),
    };
    checkBody(request);
    return request;
  }

  /**
   * Sends a request, with retries, and returns the answer with its body read and parsed.
   *
   * @throws {ExtractError} when no acceptable answer can be had; see {@link Sender}
   * @throws {ConfigError} when the credentials cannot be used
   */
  async send(request: RequestSpec, context: SendContext = {}): Promise<RestResponse> {
    return (await this.#send(request, context)).response;
  }

  /**
   * Reads page after page. An answer that a response action ends the walk with has no records.
   *
   * @throws {ExtractError} "pagination-loop", "pagination-endless", "foreign-origin", what the paginator
   * throws, or what {@link send} throws
   */
  paginate(request: RequestSpec, options: PaginateOptions = {}): AsyncGenerator<RestPage> {
    const { paginator, dataSelector, prefetch, aheadPages = this.maxConcurrency, ...rest } = options;
    const { maxPages = this.#maxPages, ...context } = rest;
    return walk(request, {
      origin: originFor(request, context.origin, this.origin),
      resource: context.resource,
      paginator: createPaginator(paginator, this.#paginator),
      dataSelector,
      aheadPages: prefetch ? Math.max(1, aheadPages) : 0,
      maxPages,
      sizeParam: this.#sizeParam,
      send: (request, page, more) => this.#send(request, { ...context, ...more, page }),
      linked: (next, from) => this.#sender.linked(next, from, context),
    });
  }
}

/** Headers by lower-case name; later ones win. */
function lowerCaseNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function withDefault(
  headers: Readonly<Record<string, string>> = {},
  name: string,
  value: string,
): Readonly<Record<string, string>> {
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
    ? headers
    : { ...headers, [name]: value };
}

/** The origin that credentials are for. */
function ownOrigin(baseUrl: string, given: string | undefined, { auth, headers }: ClientConfig): string {
  if (baseUrl !== "") return new URL(baseUrl).origin;
  if (given !== undefined) return new URL(checkBaseUrl(given)).origin;
  if (!auth && Object.keys(headers ?? {}).length === 0) return "";
  throw new ConfigError("Cannot use client: it has auth or headers but no base_url that they are for", {
    code: "invalid-base-url",
    next: "set base_url, or give auth and headers to each endpoint",
  });
}

function relativePath(): ConfigError {
  return new ConfigError("Cannot build request: base_url is not set, so that the path must be a whole URL", {
    code: "invalid-base-url",
    next: "set base_url, or begin each path with https://",
  });
}
