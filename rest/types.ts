/**
 * The vocabulary of the REST layer: requests, responses and pages as data, and the two things that plug in,
 * paginators and authentication.
 * @module
 */
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import type { FramePlace } from "../pipeline/package_frames.ts";
import type { Secret } from "../pipeline/secret.ts";

/** A request before authentication. `url` is absolute and is sent exactly as it stands. */
export interface RequestSpec {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON body; sent as `application/json`. */
  readonly json?: JsonValue;
  /** A body that is sent as it stands, in place of `json`. */
  readonly body?: string | Uint8Array;
}

/** A successful answer whose body has been read whole. */
export interface RestResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it arrived, after content decoding. */
  readonly bytes: Uint8Array;
  /** The parsed body; `undefined` for an empty one. */
  readonly body: JsonValue | undefined;
  /** `JSON.parse` alone loses nothing of the body. */
  readonly isPlain?: boolean;
  /** The server's clock when it answered (`Date` header, else ours), epoch milliseconds. */
  readonly serverTime: number;
  /** The name of the response action that ends the walk with this answer; it then has no records. */
  readonly ended?: string;
  /** Where the run has put the answer; undefined where it keeps none. */
  readonly kept?: FramePlace;
}

/**
 * An answer as response actions see it, before anything is concluded from it. Changes count: with its status
 * set to 200 an error becomes an ordinary answer.
 */
export interface ActionResponse {
  readonly url: string;
  status: number;
  readonly headers: Headers;
  /** The decoded body. */
  text: string;
}

/** What response actions make of an answer: the name of one that ends the walk, or nothing. */
export type Actions = (response: ActionResponse) => Promise<string | undefined>;

/** One page of a paged read. */
export interface RestPage {
  /** 0-based position in this walk. */
  readonly index: number;
  readonly request: RequestSpec;
  readonly response: RestResponse;
  readonly records: JsonObject[];
  /** Where the records were found in the body: what was configured, or what was detected on the first page. */
  readonly selector: string;
  /** What the walk goes on with; tells what `auto` found, and why. */
  readonly paginator: Paginator;
  /** The body is the same, byte for byte, as that of the page before, and holds records. */
  readonly repeated: boolean;
  /** What will be asked next; undefined on the last page. */
  readonly next?: RequestSpec;
}

/** Something about a page that is no error and may yet mean that rows are missing: a person should look. */
export interface Doubt {
  /** Stable, in kebab-case. */
  readonly code: string;
  /** What was seen, and what to set; names fields of the body, never their texts. */
  readonly message: string;
}

/** What a paginator sees of a page. */
export type PageView = Omit<RestPage, "next" | "paginator">;

/**
 * Decides the next request from the last page. Pure: whatever it must remember is in the request, or in the
 * paginator that {@link Paginator.settle} returns. One object serves any number of walks at once.
 */
export interface Paginator {
  readonly type: string;
  /** The options in force, defaults included, for a person to read. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Why it was chosen, where it was detected. */
  readonly reason?: string;
  /** Prepares the first request; most kinds leave it alone. */
  first(request: RequestSpec): RequestSpec;
  /** The paginator to go on with, now that this page is known. Asked before `next`. */
  settle?(page: PageView): Paginator;
  /** The next request, or undefined when the walk is done. */
  next(page: PageView): RequestSpec | undefined;
  /** The same from the headers alone, where they tell it: the next page can be asked for before this one is parsed. */
  peek?(request: RequestSpec, headers: Headers): RequestSpec | undefined;
  /** All requests that will follow this page, in order, where it tells them: they can be sent at once. */
  ahead?(page: PageView): Iterable<RequestSpec>;
  /** What a person should know about the way it pages, now that this page and what follows it are known. */
  doubt?(page: RestPage): Doubt | undefined;
  /** An endless feed: a `next` that equals the present request ends the walk instead of being an error. */
  readonly polls?: boolean;
  /** Records of a repeated page are left out: the walk found out that it asked for the same page again. */
  readonly dropsRepeated?: boolean;
}

/** What authentication may use. */
export interface AuthContext {
  /**
   * Sends a request to the token endpoint: retried, never authenticated. `make` is called again for each
   * try, so that one-time values in it are fresh. The caller reads the status.
   */
  fetch(make: () => Request | Promise<Request>): Promise<Response>;
  /** Local time, epoch milliseconds. */
  now(): number;
  /** Server time minus local time in milliseconds, learned from `Date` headers. */
  readonly clockSkewMs: number;
}

/** Adds credentials to requests that go to the client's own origin. */
export interface Auth {
  readonly type: string;
  /** Headers to add to this request. Called again for each retry. */
  headers(request: RequestSpec, context: AuthContext): Promise<Record<string, string>>;
  /**
   * Gets ready what `headers` would have to wait for, e.g. a token. Asked before the request stands in line, so
   * that requests let go one by one do not all wait here and then leave together.
   */
  prepare?(context: AuthContext): Promise<unknown>;
  /** The URL to send in place of the request's, for credentials that live in the query. Never shown. */
  url?(request: RequestSpec): string;
  /** Sees the headers of every answer, e.g. for a new nonce. */
  observe?(headers: Headers): void;
  /**
   * After a 401, once per request: true when new credentials are worth one more try. `request` is the very
   * object that `headers` saw; the answer's body is left out.
   */
  renew?(
    rejected: { readonly request: RequestSpec; readonly status: number; readonly headers: Headers },
    context: AuthContext,
  ): Promise<boolean>;
}

/** Headers for a request: authentication of your own. */
export type AuthFunction = (
  request: RequestSpec,
  context: AuthContext,
) => Record<string, string> | Promise<Record<string, string>>;
/** The next request, or a link to follow, or nothing at the end: a paginator of your own. */
export type PaginatorFunction = (page: PageView) => RequestSpec | string | null | undefined;

/** Authentication as data, ready made, or as a function. Values may be secrets. */
export type AuthConfig =
  | string
  | { readonly type?: string; readonly [key: string]: unknown }
  | Auth
  | AuthFunction;
/** A paginator as data, ready made, or as a function. */
export type PaginatorConfig =
  | string
  | { readonly type: string; readonly [key: string]: unknown }
  | Paginator
  | PaginatorFunction;

/** How many requests may start in a time, where the API tells no budget. */
export interface Pace {
  /** Requests per second; may be a fraction. */
  readonly requests_per_second?: number;
  /** Requests per minute. */
  readonly requests_per_minute?: number;
}

/** One rate-limit bucket: requests whose method and path match share a budget. First match wins. */
export interface RateLimitBucket extends Pace {
  readonly name: string;
  /** Path pattern below the origin: `*` is one segment, a trailing `/**` any rest. */
  readonly path: string;
  readonly method?: string;
}

/** How an API tells its limits, and how much of them may be used. A pace counts for all requests together. */
export interface RateLimitConfig extends Pace {
  /** Names of the response headers; reset is epoch seconds. */
  readonly limit_header?: string;
  readonly remaining_header?: string;
  readonly reset_header?: string;
  /** Requests that match none share the bucket "default". */
  readonly buckets?: readonly RateLimitBucket[];
  /** Share of each limit that may be used, above 0 up to 1. Default 1. */
  readonly max_share?: number;
  /**
   * The longest that one request may wait for its budget altogether, in seconds; one that is asked to wait
   * longer fails at once. Default 900.
   */
  readonly max_wait?: number;
}

/** What makes a failed request worth another try. */
export interface RetryConfig {
  /** Tries in all, the first included. Default 6. */
  readonly max_attempts?: number;
  /** First pause in seconds; doubles each time, with jitter. Default 1. */
  readonly backoff?: number;
  /** Longest pause in seconds. Default 60. */
  readonly max_backoff?: number;
  /** Statuses that are retried besides 429. Default 408, 423, 425, 500, 502, 503, 504. */
  readonly statuses?: readonly number[];
  /**
   * After this status and error code the request is repeated with half of the page-size parameter, down to
   * `min`. That costs none of `max_attempts`, and the smaller size is kept for the rest of the walk.
   */
  readonly shrink?: {
    readonly status: number;
    readonly code?: string;
    readonly param: string;
    readonly min: number;
  };
}

/** Where an API puts the facts of an error, and what to tell a person about them. */
export interface ErrorFormat {
  /** Dotted path of the code in a JSON error body, and of the sentence. */
  readonly code?: string;
  readonly message?: string;
  readonly request_id_header?: string;
  /** Advice by error code or by status ("401"): the `next:` line of the error. "429": too long a wait. */
  readonly advice?: Readonly<Record<string, string>>;
}

/** Connection settings shared by all resources of a source. */
export interface ClientConfig {
  /** May be empty: every path is a whole URL then. */
  readonly base_url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: AuthConfig;
  readonly paginator?: PaginatorConfig;
  /** Requests in flight at once. Default 8. */
  readonly max_concurrency?: number;
  readonly rate_limit?: RateLimitConfig;
  readonly retry?: RetryConfig;
  readonly error_format?: ErrorFormat;
  /** Seconds for one request including its body. Default 90. */
  readonly timeout?: number;
  /** Pages of one walk; more are an error, since it most likely never ends. Default 1,000,000. */
  readonly max_pages?: number;
}

/** A secret or plain text where either is accepted. */
export type Text = string | Secret;
