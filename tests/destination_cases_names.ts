/**
 * Conformance cases for table and column names.
 * @module
 */
import assert from "assert";
import { SluiceError } from "../pipeline/errors.ts";
import { type Case, DATASET, table } from "./destination_workplace.ts";

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

const NAMES = [
  "order",
  "select",
  "group",
  'a"b',
  "it's",
  "with space",
  "1st",
  "values",
  "rowid",
  "x".repeat(200),
];

/** Loads two tables or columns whose names may clash; either all is kept or it is refused in so many words. */
async function keptOrRefused(load: () => Promise<unknown>, check: () => Promise<void>): Promise<void> {
  try {
    await load();
  } catch (error) {
    assert.ok(error instanceof SluiceError, `a clash ends in ${error}`);
    return;
  }
  await check();
}

/** Cases for identifiers. */
export const nameCases: readonly Case[] = [
  ...NAMES.map((raw): Case => ({
    name: `takes the name ${raw.length > 30 ? `of ${raw.length} characters` : raw}`,
    async run(place, { maxIdentifierLength }) {
      const name = raw.slice(0, maxIdentifierLength);
      const odd = table(name, { id: "bigint", [name]: "text" });
      await place.load([{ table: odd, rows: [{ id: 1, [name]: "first" }] }]);
      await place.load([{ table: odd, rows: [{ id: 2, [name]: "second" }] }]);
      const column = quote(name);
      await place.expect(`SELECT t.id, t.${column} FROM ${column} AS t ORDER BY t.id`, [[1, "first"], [
        2,
        "second",
      ]]);
    },
  })),
  {
    name: "merges by key under odd names",
    skip: ({ mergeStrategies }) =>
      mergeStrategies.includes("replace-per-parent")
        ? undefined
        : "a merge by replace-per-parent appends here",
    async run(place) {
      const odd = table('gr"oup', { 'i"d': { data_type: "bigint", primary_key: true }, order: "text" }, {
        write_disposition: "merge",
        "x-merge-strategy": "replace-per-parent",
      });
      await place.load([{ table: odd, rows: [{ 'i"d': 1, order: "a" }] }]);
      await place.load([{ table: odd, rows: [{ 'i"d': 1, order: "b" }] }]);
      await place.expect('SELECT "i""d", "order" FROM "gr""oup"', [[1, "b"]]);
    },
  },
  {
    name: "keeps or refuses tables whose names differ in case only",
    async run(place) {
      const [upper, lower] = [table("Case", { id: "bigint" }), table("case", { id: "bigint" })];
      await keptOrRefused(
        () => place.load([{ table: upper, rows: [{ id: 1 }] }, { table: lower, rows: [{ id: 2 }] }]),
        async () => {
          await place.expect('SELECT id FROM "Case"', [[1]]);
          await place.expect('SELECT id FROM "case"', [[2]]);
        },
      );
    },
  },
  {
    name: "keeps or refuses columns whose names differ in case only",
    async run(place) {
      const clash = table("clash", { id: "bigint", Col: "text", col: "text" });
      await keptOrRefused(
        () => place.load([{ table: clash, rows: [{ id: 1, Col: "upper", col: "lower" }] }]),
        () => place.expect('SELECT "Col", "col" FROM clash', [["upper", "lower"]]),
      );
    },
  },
  {
    name: "answers with and without the dataset's name",
    async run(place) {
      await place.load([{ table: table("users", { id: "bigint" }), rows: [{ id: 1 }] }]);
      await place.expect("SELECT id FROM users", [[1]]);
      await place.expect(`SELECT users.id FROM ${DATASET}.users`, [[1]]);
      await place.expect(`SELECT u.id FROM "${DATASET}"."users" AS u JOIN users AS v ON v.id = u.id`, [[1]]);
    },
  },
];
