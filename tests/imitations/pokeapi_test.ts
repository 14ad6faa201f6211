/**
 * PokéAPI in the words of dlt: three names of resources and nothing else, and the details of each Pokémon.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { startPokeapi } from "../../simulator/imitations/mod.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

Deno.test("run loads lists of PokéAPI from their names alone", async () => {
  await using pokeapi = await startPokeapi({ pokemon: 50 });
  await using place = await workplace("pokeapi");
  await place.load(
    {
      client: { base_url: pokeapi.baseUrl },
      resources: ["pokemon", "berry", "location"],
    } satisfies RestApiConfig,
  );
  const { pokemon, berry, location } = pokeapi.truth;
  assert.equal(await place.holds("pokemon", pokemon, "url"), 50);
  assert.equal(await place.holds("berry", berry, "url"), 11);
  assert.equal(await place.holds("location", location, "url"), 37);

  assertAllAnswered(pokeapi);
  assert.deepEqual(lines(pokeapi.requests).sort(), [
    "GET /api/v2/berry",
    "GET /api/v2/location",
    "GET /api/v2/location?offset=20&limit=20",
    "GET /api/v2/pokemon",
    "GET /api/v2/pokemon?offset=20&limit=20",
    "GET /api/v2/pokemon?offset=40&limit=20",
  ]);
});

Deno.test("run loads the details of each Pokémon by the name in the list", async () => {
  await using pokeapi = await startPokeapi({ pokemon: 30 });
  await using place = await workplace("pokeapi");
  await place.load(
    {
      client: { base_url: pokeapi.baseUrl, paginator: "json_link" },
      resource_defaults: { write_disposition: "replace", endpoint: { params: { limit: 1000 } } },
      resources: [
        { name: "pokemon", selected: false, endpoint: { data_selector: "results" } },
        {
          name: "pokemon_details",
          primary_key: "id",
          write_disposition: "merge",
          endpoint: { path: "pokemon/{resources.pokemon.name}", params: { limit: null } },
        },
      ],
    } satisfies RestApiConfig,
  );
  assert.equal(await place.holds("pokemon_details", pokeapi.truth.details, "id"), 30);
  await assert.rejects(place.query("SELECT * FROM pokemon"), "a list that is not selected has no table");

  assertAllAnswered(pokeapi);
  const details = pokeapi.truth.pokemon.map(({ name }) => `GET /api/v2/pokemon/${name}`);
  assert.deepEqual(lines(pokeapi.requests).sort(), ["GET /api/v2/pokemon?limit=1000", ...details].sort());
});
