/**
 * Reads an endpoint as its configuration says: fills in the placeholders of a request, walks its pages and
 * notices the answers that end a walk without being an error.
 * @module
 */
import { selectRecords } from "./field_path.ts";
import { endpointOf } from "./resource_graph.ts";
import type { EndpointConfig, ResourceConfig, ResponseAction } from "./source.ts";
import { createAuth } from "../rest/auth/mod.ts";
import type { RestClient } from "../rest/client.ts";
import { expand, type Values } from "../rest/placeholders.ts";
import type { Auth, RequestSpec, RestPage } from "../rest/types.ts";

/** The action of the answer that ended a walk. */
export type EndedBy = ResponseAction["action"];

/** One endpoint of one client. */
export class EndpointReader {
  readonly #name: string;
  readonly #endpoint: EndpointConfig;
  readonly #client: RestClient;
  readonly #auth: Auth | null | undefined;
  readonly #prefetch: boolean;

  /** @param options.prefetch ask for the next page while one is dealt with; not where a walk may end early */
  constructor(resource: ResourceConfig, options: { client: RestClient; prefetch: boolean }) {
    this.#name = resource.name;
    this.#endpoint = endpointOf(resource);
    this.#client = options.client;
    this.#prefetch = options.prefetch;
    const { auth } = this.#endpoint;
    this.#auth = auth ? createAuth(auth) : auth as null | undefined;
  }

  /** Walks one request's pages until `use` returns false. Returns the response action that ended it, if any. */
  async read(values: Values, use: (page: RestPage) => Promise<boolean>): Promise<EndedBy | undefined> {
    const { paginator, data_selector, response_actions } = this.#endpoint;
    let ended: EndedBy | undefined;
    const accept = (status: number, body: string) => {
      ended = response_actions?.find((each) =>
        (each.status_code ?? status) === status && body.includes(each.content ?? "")
      )?.action;
      return ended !== undefined;
    };
    const pages = this.#client.paginate(this.#request(values), {
      resource: this.#name,
      paginator,
      auth: this.#auth,
      select: (body) => selectRecords(body, data_selector),
      accept,
      prefetch: this.#prefetch,
    });
    for await (const page of pages) {
      if (ended || !await use(page)) break;
    }
    return ended;
  }

  #request(values: Values): RequestSpec {
    const { path = "", method, params = {}, headers = {}, json } = this.#endpoint;
    const fill = (value: string | number | boolean | null) =>
      typeof value === "string" ? expand(value, values) : value;
    return this.#client.request(expand(path, values, encodeURIComponent), {
      method,
      params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, fill(value)])),
      headers: Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key, expand(value, values)]),
      ),
      json,
    });
  }
}
