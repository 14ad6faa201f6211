/**
 * All imitations by name, each loaded when it is started.
 * @module
 */
import type { Imitation } from "./server.ts";

/** What somebody who starts an imitation by name may say. */
export interface CatalogueOptions {
  readonly port: number;
  readonly seed: number;
  /** How many records of the main kind there are. */
  readonly records?: number;
}

/** An imitation as the catalogue lists it. */
export interface CatalogueEntry {
  /** The API's name. */
  readonly title: string;
  /** What `records` counts. */
  readonly records: string;
  start(options: CatalogueOptions): Promise<Imitation<unknown>>;
}

/** All imitations; a new one is a file beside this one and an entry here. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  github: {
    title: "GitHub",
    records: "issues",
    start: async ({ records: issues, ...rest }) =>
      (await import("./github.ts")).startGithub({ ...rest, issues }),
  },
  stripe: {
    title: "Stripe",
    records: "charges",
    start: async ({ records: charges, ...rest }) =>
      (await import("./stripe.ts")).startStripe({ ...rest, charges }),
  },
  hubspot: {
    title: "HubSpot",
    records: "contacts",
    start: async ({ records: contacts, ...rest }) =>
      (await import("./hubspot.ts")).startHubspot({ ...rest, contacts }),
  },
  shopify: {
    title: "Shopify",
    records: "products",
    start: async ({ records: products, ...rest }) =>
      (await import("./shopify.ts")).startShopify({ ...rest, products }),
  },
  jira: {
    title: "Jira",
    records: "issues",
    start: async ({ records: issues, ...rest }) => (await import("./jira.ts")).startJira({ ...rest, issues }),
  },
  notion: {
    title: "Notion",
    records: "pages",
    start: async ({ records: pages, ...rest }) =>
      (await import("./notion.ts")).startNotion({ ...rest, pages }),
  },
  pokeapi: {
    title: "PokéAPI",
    records: "Pokémon",
    start: async ({ records: pokemon, ...rest }) =>
      (await import("./pokeapi.ts")).startPokeapi({ ...rest, pokemon }),
  },
  graphql: {
    title: "GraphQL",
    records: "books",
    start: async ({ records: books, ...rest }) =>
      (await import("./graphql.ts")).startGraphql({ ...rest, books }),
  },
  zendesk: {
    title: "Zendesk",
    records: "tickets",
    start: async ({ records: tickets, ...rest }) =>
      (await import("./zendesk.ts")).startZendesk({ ...rest, tickets }),
  },
};
