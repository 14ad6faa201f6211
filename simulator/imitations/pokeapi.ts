/**
 * An imitation of PokéAPI, which is open to everybody: lists of names with links, and the details of each
 * Pokémon by number or name. Names of the first ones are real, all else is invented.
 * @module
 */
import { dice, many } from "./invent.ts";
import {
  type Answer,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  wholeNumber,
} from "./server.ts";

/** Options of {@link startPokeapi}. */
export interface PokeapiOptions extends Omit<ImitationOptions, "now"> {
  /** @default 50 */
  readonly pokemon?: number;
}

/** An entry of a list. */
export interface PokeapiName {
  readonly name: string;
  readonly url: string;
}

/** The details of one Pokémon. */
export interface Pokemon {
  readonly id: number;
  readonly name: string;
  readonly height: number;
  readonly weight: number;
  readonly [key: string]: unknown;
}

/** A running imitation of PokéAPI. */
export interface PokeapiImitation extends
  Imitation<{
    readonly pokemon: readonly PokeapiName[];
    readonly details: readonly Pokemon[];
    readonly berry: readonly PokeapiName[];
    readonly location: readonly PokeapiName[];
  }> {
  /** What requests go below: the address and `/api/v2`. */
  readonly baseUrl: string;
}

const NAMES =
  `bulbasaur ivysaur venusaur charmander charmeleon charizard squirtle wartortle blastoise caterpie
metapod butterfree weedle kakuna beedrill pidgey pidgeotto pidgeot rattata raticate spearow fearow ekans arbok
pikachu raichu sandshrew sandslash nidoran-f nidorina`.split(/\s+/);
const SYLLABLES = ["ka", "mo", "zu", "ri", "bel", "tor", "fin", "lup", "sa", "do"];
const BERRIES = [
  "cheri",
  "chesto",
  "pecha",
  "rawst",
  "aspear",
  "leppa",
  "oran",
  "persim",
  "lum",
  "sitrus",
  "figy",
];
const TYPES = ["grass", "fire", "water", "bug", "poison", "electric", "ground", "normal"];
const STATS = ["hp", "attack", "defense", "special-attack", "special-defense", "speed"];
const MOVES = ["tackle", "growl", "ember", "bubble", "vine-whip", "thunder-shock", "dig"];

/** Starts an imitation of PokéAPI on loopback. */
export async function startPokeapi(options: PokeapiOptions = {}): Promise<PokeapiImitation> {
  const { seed = 1, pokemon: count = 50 } = options;
  let lists: Readonly<Record<string, readonly PokeapiName[]>> = {};
  let details: readonly Pokemon[] = [];

  const listener = await listen((call) => {
    const [, resource, key] = /^\/api\/v2\/([a-z-]+)(?:\/([^/]+))?\/?$/.exec(call.url.pathname) ?? [];
    if (call.method !== "GET") {
      return { status: 405, body: { detail: `Method "${call.method}" not allowed.` } };
    }
    if (/^\/api\/v2\/?$/.test(call.url.pathname)) return { status: 200, body: indexOf(lists, call) };
    if (resource === undefined || !Object.hasOwn(lists, resource)) return notFound();
    if (key === undefined) return { status: 200, body: list(call, lists[resource]) };
    const found = resource === "pokemon" &&
      details.find(({ id, name }) => key === String(id) || key === name);
    return found ? { status: 200, body: found } : notFound();
  }, options.port);

  const baseUrl = `${listener.url}/api/v2`;
  details = many(count, (index) => inventPokemon(seed, index, baseUrl));
  const named = (resource: string, names: readonly string[]) =>
    names.map((name, index) => ({ name, url: `${baseUrl}/${resource}/${index + 1}/` }));
  const truth = {
    pokemon: named("pokemon", details.map(({ name }) => name)),
    details,
    berry: named("berry", BERRIES),
    location: named(
      "location",
      many(37, (index) => `${dice(seed, "location", index).pick(SYLLABLES)}-town-${index}`),
    ),
  };
  lists = { pokemon: truth.pokemon, berry: truth.berry, location: truth.location };
  return { ...listener, baseUrl, truth, tryIt: `curl -s "${baseUrl}/pokemon?limit=2"` };
}

function nameOf(seed: number, index: number): string {
  if (index < NAMES.length) return NAMES[index];
  const die = dice(seed, "pokemon name", index);
  return `${many(3, () => die.pick(SYLLABLES)).join("")}-${index + 1}`;
}

function inventPokemon(seed: number, index: number, baseUrl: string): Pokemon {
  const die = dice(seed, "pokemon", index);
  const id = index + 1;
  const name = nameOf(seed, index);
  const link = (resource: string, key: string) => ({ name: key, url: `${baseUrl}/${resource}/${key}/` });
  const sprites = "https://raw.githubusercontent.com/PokeAPI/sprites/master/sprites/pokemon";
  return {
    abilities: many(1 + die.below(2), (at) => ({
      ability: link("ability", die.pick(["overgrow", "blaze", "torrent", "static", "run-away"])),
      is_hidden: at > 0,
      slot: at + 1,
    })),
    base_experience: die.chance(0.9) ? 36 + die.below(230) : null,
    cries: { latest: `https://example.com/cries/${id}.ogg`, legacy: die.chance(0.5) ? "" : null },
    forms: [link("pokemon-form", name)],
    game_indices: [],
    height: 2 + die.below(30),
    held_items: die.chance(0.2)
      ? [{ item: link("item", "oran-berry"), version_details: [{ rarity: 5 }] }]
      : [],
    id,
    is_default: true,
    location_area_encounters: `${baseUrl}/pokemon/${id}/encounters`,
    moves: die.some(MOVES, 4).map((move) => ({
      move: link("move", move),
      version_group_details: many(1 + die.below(2), (at) => ({
        level_learned_at: die.below(40),
        move_learn_method: link("move-learn-method", "level-up"),
        version_group: link("version-group", ["red-blue", "yellow"][at]),
      })),
    })),
    name,
    order: id * 2 - 1,
    past_types: [],
    species: link("pokemon-species", name),
    sprites: {
      back_default: `${sprites}/back/${id}.png`,
      back_female: null,
      front_default: `${sprites}/${id}.png`,
      other: { home: { front_default: `${sprites}/other/home/${id}.png`, front_female: null } },
    },
    stats: STATS.map((stat) => ({
      base_stat: 30 + die.below(90),
      effort: die.below(3),
      stat: link("stat", stat),
    })),
    types: many(1 + die.below(2), (at) => ({ slot: at + 1, type: link("type", die.pick(TYPES)) })),
    weight: 10 + die.below(900),
  };
}

function notFound(): Answer {
  return { status: 404, body: "Not Found" };
}

function indexOf(lists: Readonly<Record<string, unknown>>, { url }: Call): Record<string, string> {
  return Object.fromEntries(Object.keys(lists).map((name) => [name, `${url.origin}/api/v2/${name}/`]));
}

function list({ url }: Call, names: readonly PokeapiName[]): Record<string, unknown> {
  // Sizes that make no sense are passed over in silence.
  const limit = wholeNumber(url.searchParams.get("limit") ?? "") || 20;
  const offset = wholeNumber(url.searchParams.get("offset") ?? "") ?? 0;
  const link = (from: number) => `${url.origin}${url.pathname}?offset=${from}&limit=${limit}`;
  return {
    count: names.length,
    next: offset + limit < names.length ? link(offset + limit) : null,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    results: names.slice(offset, offset + limit),
  };
}
