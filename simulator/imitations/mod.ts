/**
 * Imitations of well-known APIs on loopback, for tests and for trying configurations: strict about
 * authentication, paging and parameters where the real ones are, with invented records and the truth to
 * compare a result with. See `docs/simulator.md`.
 * @module
 */
export { catalogue, type CatalogueEntry, type CatalogueOptions } from "./catalogue.ts";
export {
  type GithubComment,
  type GithubImitation,
  type GithubIssue,
  type GithubOptions,
  startGithub,
} from "./github.ts";
export { type GraphqlBook, type GraphqlImitation, type GraphqlOptions, startGraphql } from "./graphql.ts";
export { type HubspotContact, type HubspotImitation, type HubspotOptions, startHubspot } from "./hubspot.ts";
export { type JiraImitation, type JiraIssue, type JiraOptions, type JiraProject, startJira } from "./jira.ts";
export {
  type NotionImitation,
  type NotionOptions,
  type NotionPage,
  type NotionUser,
  startNotion,
} from "./notion.ts";
export {
  type PokeapiImitation,
  type PokeapiName,
  type PokeapiOptions,
  type Pokemon,
  startPokeapi,
} from "./pokeapi.ts";
export type { Imitation, ImitationOptions, SeenRequest } from "./server.ts";
export { type ShopifyImitation, type ShopifyOptions, type ShopifyProduct, startShopify } from "./shopify.ts";
export { startStripe, type StripeImitation, type StripeObject, type StripeOptions } from "./stripe.ts";
export { startZendesk, type ZendeskImitation, type ZendeskOptions, type ZendeskTicket } from "./zendesk.ts";
