/**
 * Reads an endpoint as its configuration says: fills in the placeholders of a request, walks its pages and
 * notices the answers that end a walk without being an error.
 * @module
 */
import { createAuth } from "../rest/auth/mod.ts";
import type { RestClient } from "../rest/client.ts";
import type { Actions, Auth, RequestSpec, RestPage } from "../rest/types.ts";
import type { Values } from "./definition/placeholders.ts";
import type { ResolvedEndpoint } from "./definition/resolve.ts";
import { pageDoubts } from "./page_doubts.ts";
import { actionsOf } from "./response_actions.ts";
import type { ParamValue } from "./definition/rest_api_config.ts";

/** How a walk ended before its end: by a response action, or because its path had no value to ask for. */
export type EndedBy = "ignore" | "skip" | "no-value";

/** What an {@link EndpointReader} works with. */
export interface EndpointReaderOptions {
  /** The resource's name, for errors and events. */
  readonly name: string;
  readonly client: RestClient;
  /** Ask for pages while one is dealt with; not where a walk may end early. */
  readonly prefetch: boolean;
  /** Hears of each doubt about how the endpoint is read, once. */
  readonly warn?: (code: string, message: string) => void;
}

/** One endpoint of one client. */
export class EndpointReader {
  readonly #name: string;
  readonly #endpoint: ResolvedEndpoint;
  readonly #client: RestClient;
  readonly #auth: Auth | null | undefined;
  readonly #actions: Actions | undefined;
  readonly #prefetch: boolean;
  readonly #warn: EndpointReaderOptions["warn"];
  /** Codes of the doubts that were told. */
  readonly #told = new Set<string>();

  constructor(endpoint: ResolvedEndpoint, { name, client, prefetch, warn }: EndpointReaderOptions) {
    this.#name = name;
    this.#endpoint = endpoint;
    this.#client = client;
    this.#prefetch = prefetch;
    this.#warn = warn;
    const { auth } = endpoint;
    this.#auth = auth ? createAuth(auth) : auth as null | undefined;
    this.#actions = actionsOf(endpoint.response_actions);
  }

  /** The first request for these values, before paging; undefined when its path has no value. */
  request(values: Values, params: Readonly<Record<string, ParamValue>> = {}): RequestSpec | undefined {
    const filled = this.#endpoint.template.fill(values, params);
    if (!filled) return undefined;
    const { path, ...options } = filled;
    return this.#client.request(path, options);
  }

  /**
   * Walks one request's pages until `use` returns false.
   *
   * @param params parameters that are added, e.g. the start of a cursor
   */
  async read(
    values: Values,
    params: Readonly<Record<string, ParamValue>>,
    use: (page: RestPage) => Promise<boolean>,
  ): Promise<EndedBy | undefined> {
    const request = this.request(values, params);
    if (!request) return "no-value";
    const { paginator, data_selector, response_format, origin } = this.#endpoint;
    const pages = this.#client.paginate(request, {
      resource: this.#name,
      paginator,
      dataSelector: data_selector,
      auth: this.#auth,
      actions: this.#actions,
      format: response_format,
      origin,
      prefetch: this.#prefetch,
    });
    for await (const page of pages) {
      if (page.response.ended !== undefined) return page.response.ended as EndedBy;
      this.#tellDoubts(page);
      if (!await use(page)) break;
    }
    return undefined;
  }

  #tellDoubts(page: RestPage): void {
    const isDetected = this.#endpoint.data_selector === undefined;
    for (const { code, message } of this.#warn ? pageDoubts(page, { isDetected }) : []) {
      if (this.#told.has(code)) continue;
      this.#told.add(code);
      this.#warn!(code, message);
    }
  }
}
