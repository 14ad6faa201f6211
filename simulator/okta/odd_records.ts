/**
 * Kinds of oddity that a record may have for good, so that the truth has it too: each adds a member to records,
 * which ones follows from their ids.
 *
 * @module
 */

import { hashText } from "./random.ts";

/** A kind: what it is, for a person, and the members it adds, as JSON text; the hash is the record's. */
interface Oddity {
  readonly help: string;
  members(hash: number): string | undefined;
}

const DRIFTS = ["7", '"seven"', "true", "7.5", "[7]", '{"seven":7}', "null", '"2026-03-01T00:00:00Z"'];

function nested(depth: number, open: string, core: string, close: string): string {
  return open.repeat(depth) + core + close.repeat(depth);
}

/** All kinds. */
export const ODDITIES = {
  "schema-change": {
    help: "a member whose type changes from record to record, within a page too",
    members: (hash) => `"odd_drift":${DRIFTS[hash % DRIFTS.length]},"odd_${hash % 5}":1`,
  },
  "gigantic-value": {
    help: "a text of 100,000 characters in some",
    members: (hash) => hash % 8 ? undefined : `"odd_giant":"${"g".repeat(100_000)}"`,
  },
  "deep-nesting": {
    help: "objects 40 deep, and lists 5 deep",
    members: (hash) =>
      hash % 4
        ? undefined
        : `"odd_deep":${nested(40, '{"in":', "1", "}")},"odd_lists":${nested(5, "[", "1", "]")}`,
  },
  "duplicate-keys": {
    help: "a key that occurs twice",
    members: (hash) => `"odd_twice":"first","odd_twice":${hash % 3}`,
  },
  nul: {
    help: "NUL in a text and in a key",
    members: () => '"odd_nul":"be\\u0000fore","odd\\u0000key":"\\u0000"',
  },
  "lone-surrogates": {
    help: "halves of characters in a text and in a key",
    members: () => '"odd_half":"a\\ud800b\\udc00","odd\\udfff":"\\udbff"',
  },
  "huge-numbers": {
    help: "numbers beyond what a double or 64 bits hold",
    members: (hash) =>
      `"odd_number":${["1e308", "18446744073709551616", "-9223372036854775809", "5e-324"][hash % 4]}`,
  },
  "sql-names": {
    help: "keys that would end a quoted name",
    members: () => '"a\\"; DROP TABLE users; --":1,"b\']`":2,"../../c":3,"d\\n\\r":4,"%s":5',
  },
  "empty-names": {
    help: "keys that are empty, or only white space or punctuation",
    members: () => '"":1," ":2,"-":3,"\u200b":4',
  },
  "long-names": {
    help: "a key of 5,000 characters",
    members: () => `"${"long ".repeat(1000)}":1`,
  },
  "same-names": {
    help: "keys that differ only in case or punctuation, in different records",
    members: (hash) => `"${["oddName", "OddName", "odd-name", "odd.name"][hash % 4]}":${hash % 9}`,
  },
} as const satisfies Readonly<Record<string, Oddity>>;

/** The name of a kind. */
export type OddityName = keyof typeof ODDITIES;

/** A record's text with the oddities that are on. */
export function odd(text: string, names: readonly OddityName[]): string {
  if (!names.length || !text.startsWith("{")) return text;
  // The same record is as odd wherever it is listed.
  const hash = hashText(/"(?:uu)?id":"([^"]*)"/.exec(text)?.[1] ?? "");
  const added = names.map((name) => (ODDITIES[name] as Oddity).members(hash)).filter((each) =>
    each !== undefined
  );
  return added.length ? `{${added.join(",")},${text.slice(1)}` : text;
}
