/**
 * What holds for every list of every imitation: whoever follows its pages by the API's own rule gets each
 * record once, in order, with no request more than there are pages.
 * @module
 */
import assert from "assert";
import fc from "property";
import {
  type Imitation,
  startGithub,
  startGraphql,
  startHubspot,
  startJira,
  startNotion,
  startPokeapi,
  startShopify,
  startStripe,
} from "../../simulator/imitations/mod.ts";
import { ask, basic, type Got, linkOf, post } from "./asking.ts";

/** A list that can be walked. */
interface List {
  readonly imitation: Imitation<unknown>;
  /** The keys of all records in the order of the list. */
  readonly keys: readonly unknown[];
  /** Asks for the first page, or for the one that a page leads to. */
  ask(before?: Got): Promise<Got>;
  /** The keys of the records of a page. */
  keysOf(page: Got): unknown[];
  /** Whether there is another page. */
  leadsOn(page: Got): boolean;
}

type Start = (records: number, size: number) => Promise<List>;

// deno-lint-ignore no-explicit-any -- whatever the API sends
const pick = (records: readonly any[], field: string) => records.map((record) => record[field]);

const lists: Readonly<Record<string, Start>> = {
  async github(issues, size) {
    const imitation = await startGithub({ issues });
    const headers = { authorization: `Bearer ${imitation.token}` };
    const first =
      `${imitation.url}/repos/octo-org/hello-world/issues?state=all&direction=asc&per_page=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.issues, "number"),
      ask: (before) => ask(before ? linkOf(before, "next")! : first, headers),
      keysOf: ({ body }) => pick(body, "number"),
      leadsOn: (page) => linkOf(page, "next") !== undefined,
    };
  },
  async stripe(charges, size) {
    const imitation = await startStripe({ charges });
    const headers = { authorization: `Bearer ${imitation.apiKey}` };
    const first = `${imitation.url}/v1/charges?limit=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.charges.toReversed(), "id"),
      ask: (before) => ask(before ? `${first}&starting_after=${before.body.data.at(-1).id}` : first, headers),
      keysOf: ({ body }) => pick(body.data, "id"),
      leadsOn: ({ body }) => body.has_more,
    };
  },
  async hubspot(contacts, size) {
    const imitation = await startHubspot({ contacts });
    const headers = { authorization: `Bearer ${imitation.accessToken}` };
    const first = `${imitation.url}/crm/v3/objects/contacts?limit=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.contacts, "id"),
      ask: (before) => ask(before ? before.body.paging.next.link : first, headers),
      keysOf: ({ body }) => pick(body.results, "id"),
      leadsOn: ({ body }) => body.paging !== undefined,
    };
  },
  async "hubspot search"(contacts, limit) {
    const imitation = await startHubspot({ contacts, searchesPerSecond: 1000 });
    const headers = { authorization: `Bearer ${imitation.accessToken}` };
    const url = `${imitation.url}/crm/v3/objects/contacts/search`;
    return {
      imitation,
      keys: pick(imitation.truth.contacts, "id"),
      ask: (before) => post(url, headers, { limit, after: before?.body.paging.next.after }),
      keysOf: ({ body }) => pick(body.results, "id"),
      leadsOn: ({ body }) => body.paging !== undefined,
    };
  },
  async shopify(products, size) {
    const imitation = await startShopify({ products });
    const headers = { "x-shopify-access-token": imitation.accessToken };
    const first = `${imitation.url}/admin/api/2024-01/products.json?limit=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.products, "id"),
      ask: (before) => ask(before ? linkOf(before, "next")! : first, headers),
      keysOf: ({ body }) => pick(body.products, "id"),
      leadsOn: (page) => linkOf(page, "next") !== undefined,
    };
  },
  async jira(issues, size) {
    const imitation = await startJira({ issues });
    const headers = { authorization: basic(imitation.email, imitation.apiToken) };
    const first = `${imitation.url}/rest/api/2/search?jql=order+by+created&maxResults=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.issues, "key"),
      ask: (before) => ask(`${first}&startAt=${before ? before.body.startAt + size : 0}`, headers),
      keysOf: ({ body }) => pick(body.issues, "key"),
      leadsOn: ({ body }) => body.startAt + body.issues.length < body.total,
    };
  },
  async "jira projects"(projects, size) {
    const imitation = await startJira({ projects, issues: 0 });
    const headers = { authorization: basic(imitation.email, imitation.apiToken) };
    const first = `${imitation.url}/rest/api/2/project/search?maxResults=${size}`;
    return {
      imitation,
      keys: pick(imitation.truth.projects, "key"),
      ask: (before) => ask(before?.body.nextPage ?? first, headers),
      keysOf: ({ body }) => pick(body.values, "key"),
      leadsOn: ({ body }) => !body.isLast,
    };
  },
  async notion(pages, page_size) {
    const imitation = await startNotion({ pages });
    const headers = { authorization: `Bearer ${imitation.token}`, "notion-version": "2022-06-28" };
    const url = `${imitation.url}/v1/databases/${imitation.databaseId}/query`;
    return {
      imitation,
      keys: pick(imitation.truth.pages, "id"),
      ask: (before) => post(url, headers, { page_size, start_cursor: before?.body.next_cursor }),
      keysOf: ({ body }) => pick(body.results, "id"),
      leadsOn: ({ body }) => body.has_more,
    };
  },
  async pokeapi(pokemon, size) {
    const imitation = await startPokeapi({ pokemon });
    return {
      imitation,
      keys: pick(imitation.truth.pokemon, "name"),
      ask: (before) => ask(before?.body.next ?? `${imitation.baseUrl}/pokemon?limit=${size}`),
      keysOf: ({ body }) => pick(body.results, "name"),
      leadsOn: ({ body }) => body.next !== null,
    };
  },
  async graphql(books, first) {
    const imitation = await startGraphql({ books });
    const headers = { authorization: `Bearer ${imitation.token}` };
    const query = `query ($first: Int!, $after: String) {
      books(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
    }`;
    return {
      imitation,
      keys: pick(imitation.truth.books, "id"),
      ask: (before) => {
        const after = before?.body.data.books.pageInfo.endCursor;
        return post(imitation.endpoint, headers, { query, variables: { first, after } });
      },
      keysOf: ({ body }) => pick(body.data.books.nodes, "id"),
      leadsOn: ({ body }) => body.data.books.pageInfo.hasNextPage,
    };
  },
};

for (const [name, start] of Object.entries(lists)) {
  Deno.test(`the list of ${name} gives each record once for any page size`, async () => {
    const sizes = [fc.integer({ min: 0, max: 24 }), fc.integer({ min: 1, max: 8 })] as const;
    await fc.assert(
      fc.asyncProperty(...sizes, async (records, size) => {
        const list = await start(records, size);
        await using imitation = list.imitation;
        const pages = [await list.ask()];
        while (list.leadsOn(pages.at(-1)!)) pages.push(await list.ask(pages.at(-1)));
        assert.ok(pages.every(({ status }) => status === 200));
        assert.deepEqual(pages.flatMap(list.keysOf), list.keys);
        assert.equal(imitation.requests.length, Math.max(1, Math.ceil(records / size)));
      }),
      { numRuns: 15 },
    );
  });
}
