/**
 * The imitation of PokéAPI keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { startPokeapi } from "../../simulator/imitations/mod.ts";
import { ask, type Got, post } from "./asking.ts";

Deno.test("startPokeapi() lists twenty names and leads on and back by links", async () => {
  await using pokeapi = await startPokeapi({ pokemon: 50 });
  const pages: Got[] = [];
  for (let url: string | null = `${pokeapi.baseUrl}/pokemon`; url !== null; url = pages.at(-1)!.body.next) {
    pages.push(await ask(url));
  }
  assert.deepEqual(pages.map(({ body }) => [body.count, body.results.length]), [[50, 20], [50, 20], [
    50,
    10,
  ]]);
  assert.deepEqual(pages.flatMap(({ body }) => body.results), pokeapi.truth.pokemon);
  assert.equal(pages[0].body.previous, null);
  assert.equal(pages[2].body.previous, `${pokeapi.baseUrl}/pokemon?offset=20&limit=20`);
});

Deno.test("startPokeapi() shows each Pokémon by number and by name", async () => {
  await using pokeapi = await startPokeapi({ pokemon: 35 });
  for (const [index, { name, url }] of pokeapi.truth.pokemon.entries()) {
    const byNumber = await ask(url);
    const byName = await ask(`${pokeapi.baseUrl}/pokemon/${name}`);
    assert.deepEqual([byNumber.body, byName.body], [
      pokeapi.truth.details[index],
      pokeapi.truth.details[index],
    ]);
  }
});

Deno.test("startPokeapi() lists berries and locations, and what can be listed", async () => {
  await using pokeapi = await startPokeapi();
  assert.deepEqual((await ask(`${pokeapi.baseUrl}/berry?limit=100`)).body.results, pokeapi.truth.berry);
  assert.deepEqual((await ask(`${pokeapi.baseUrl}/location?limit=100`)).body.results, pokeapi.truth.location);
  assert.deepEqual(Object.keys((await ask(pokeapi.baseUrl)).body), ["pokemon", "berry", "location"]);
});

Deno.test("startPokeapi() answers plain texts to unknown names, and 405 to other methods", async () => {
  await using pokeapi = await startPokeapi();
  for (const path of ["/pokemon/999", "/pokemon/nobody", "/cakes", "/berry/1"]) {
    const got = await ask(pokeapi.baseUrl + path);
    assert.deepEqual([got.status, got.text], [404, "Not Found"], path);
  }
  assert.equal((await post(`${pokeapi.baseUrl}/pokemon`, {}, {})).status, 405);
});
