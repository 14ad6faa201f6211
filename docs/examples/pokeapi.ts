/**
 * Every Pokémon and all there is to know of it: a list that leads to the details. A source without parameters
 * is plain data; that is all of it.
 *
 *     deno task example pokeapi                    # from an imitation on this machine
 *     deno task run ./docs/examples/pokeapi.ts     # from pokeapi.co
 *
 * @module
 */
import type { RestApiConfig } from "@sluice/sluice";

export default {
  client: {
    base_url: "https://pokeapi.co/api/v2",
    paginator: { type: "json_link", next_url_path: "next" },
    // The service is free for all; let it stay so.
    max_concurrency: 4,
  },
  resource_defaults: { write_disposition: "replace" },
  resources: [
    {
      name: "pokemon",
      primary_key: "name",
      endpoint: { params: { limit: 200 }, data_selector: "results" },
    },
    {
      name: "details",
      primary_key: "id",
      // Below this depth lists stay JSON: what each version of the games says of each move is rarely needed.
      max_table_nesting: 2,
      endpoint: "pokemon/{resources.pokemon.name}",
    },
  ],
} satisfies RestApiConfig;
