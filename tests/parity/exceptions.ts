/**
 * Where Sluice differs from dlt on purpose: each difference with its reason. Some are recognised wherever they
 * come up; for the others there are cases that say what Sluice has instead. Whatever is not covered fails the
 * comparison, and so does an exception that covers nothing any more.
 * @module
 */
import { canonicalJson, Double, isJsonObject, type JsonValue, parseJson } from "../../pipeline/json.ts";
import type { Difference } from "./compare.ts";

/** One thing that differs on purpose. */
export interface Exception {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly what: string;
  readonly dlt: string;
  readonly sluice: string;
  readonly why: string;
  /** Recognises a difference wherever it is; without it, cases name the exception themselves. */
  readonly covers?: (difference: Difference) => boolean;
}

const isText = (value: unknown): value is string => typeof value === "string";
/** A cell, e.g. `tables.items.rows.0.name`. */
const isCell = ({ path }: Difference) => /^tables\.[^.]+\.rows\./.test(path);

function isSameJson({ dlt, sluice }: Difference): boolean {
  if (!isText(dlt) || !isText(sluice)) return false;
  try {
    return canonicalJson(parseJson(dlt)) === canonicalJson(parseJson(sluice));
  } catch {
    return false;
  }
}

/** A number that a database made of digits: the same one, as far as a double can hold it. */
function isSameNumber({ dlt, sluice }: Difference): boolean {
  return isText(sluice) && /^-?\d+(\.\d+)?$/.test(sluice) &&
    (typeof dlt === "number" || typeof dlt === "bigint" || dlt instanceof Double) &&
    Number(dlt) === Number(sluice);
}

function isDecimalType({ path, dlt, sluice }: Difference): boolean {
  return path.includes(".declared.") && isText(dlt) && dlt.startsWith("NUMERIC") &&
    sluice === dlt.replace(/^NUMERIC\(.*\)/, "TEXT");
}

function isInfinite(value: JsonValue | undefined): boolean {
  return value !== undefined && isJsonObject(value) && /^-?inf$/.test(String(value.float));
}

/** A load that brought nothing and changed nothing. */
function isEmptyLoad({ path, dlt, sluice }: Difference): boolean {
  return /^system\._dlt_loads\.rows\.\d+$/.test(path) && dlt === undefined &&
    isJsonObject(sluice as JsonValue);
}

/** All of them. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    id: "json-text",
    what: "text of `json` columns in SQLite",
    dlt: "a space after each `,` and `:`, and escapes for all that is not ASCII",
    sluice: "compact, in UTF-8",
    why: "the same document, shorter, and one text in every destination; `json_extract` sees no difference",
    covers: (difference) => isCell(difference) && isSameJson(difference),
  },
  {
    id: "decimal-digits",
    what: "`decimal` and `wei` in SQLite",
    dlt: "declared `NUMERIC`, which SQLite turns into floating-point numbers, even infinite ones",
    sluice: "declared `TEXT`",
    why: "every digit is kept",
    covers: (difference) => isDecimalType(difference) || isCell(difference) && isSameNumber(difference),
  },
  {
    id: "decimal-words",
    what: "`NaN` and `Infinity` in a decimal column",
    dlt: "null, or an infinite number",
    sluice: "text, in the variant column",
    why: "they are no digits, and nothing is lost",
  },
  {
    id: "infinite-numbers",
    what: "infinite numbers in a column of doubles, e.g. from the text `inf`",
    dlt: "null",
    sluice: "infinite",
    why: "nothing is lost",
    covers: (difference) =>
      isCell(difference) && difference.dlt === undefined && isInfinite(difference.sluice),
  },
  {
    id: "decimal-of-double",
    what: "a floating-point number in a column of decimals",
    dlt: "the binary number in full: `0.1` is `0.1000000000000000055511151231257827021181583404541015625`",
    sluice: "the shortest digits that mean it: `0.1`",
    why: "it is what was sent; dlt's databases round to it, too",
  },
  {
    id: "values-that-stop-dlt",
    what: "texts that dlt's conversions do not expect, e.g. `10:` or `9223372036854775807` for a timestamp",
    dlt: "normalising fails, and every run after it",
    sluice: "the variant column",
    why: "no value stops a load",
  },
  {
    id: "json-digits",
    what: "integers beyond 64 bits in text that is parsed for a `json` column",
    dlt: "become floating-point numbers",
    sluice: "keep their digits",
    why: "nothing is lost",
  },
  {
    id: "integers-beyond-64-bits",
    what: "integers from 2^63 on, and below -2^63",
    dlt: "the load fails, or already the extraction",
    sluice: "`wei`, kept as text; in a column of another type, its variant column",
    why: "every digit is kept, and no value stops a load",
  },
  {
    id: "wei-range",
    what: "integers beyond 5.8e38 in a column of `wei`",
    dlt: "text, in a column `…__v_str`",
    sluice: "in the column itself",
    why: "the column keeps any number of digits",
  },
  {
    id: "empty-bytes",
    what: "an empty value in a column of `binary`",
    dlt: "the load fails",
    sluice: "no bytes",
    why: "no value stops a load",
  },
  {
    id: "years-beyond",
    what: "points in time before the year 1 or after 9999 in UTC",
    dlt: "normalising fails, and every run after it",
    sluice: "no timestamp: text in a new column, the variant column of one of timestamps",
    why: "no value stops a load",
  },
  {
    id: "offsets-beyond",
    what: "date-times with an offset of a day or more",
    dlt: "taken for a timestamp, then normalising fails, and every run after it",
    sluice: "no timestamp: text",
    why: "no value stops a load",
  },
  {
    id: "half-characters",
    what: "half of a surrogate pair in a text",
    dlt: "extracting fails",
    sluice: "stored as U+FFFD, the sign for what cannot be read",
    why: "no value stops a load",
  },
  {
    id: "variants-of-variants",
    what: "a value that does not fit its variant column",
    dlt: "normalising fails, and every run after it",
    sluice: "the variant column gets a variant column of its own, e.g. `a__v_text__v_text`",
    why: "no value stops a load",
  },
  {
    id: "colliding-keys",
    what: "keys of one record that fall into one name",
    dlt: "merged silently: of two lists the last one stays, a null takes a value away",
    sluice: "items of all lists stay, a null says nothing, of two values the last one stays; with a warning",
    why: "as little as possible is lost, and not silently",
  },
  {
    id: "nameless-columns",
    what: "keys without a name: `__`, and a list under an empty key",
    dlt: "the value is lost, or the load fails",
    sluice: "called `xx` and `_empty`",
    why: "nothing is lost, and no key stops a load",
  },
  {
    id: "ids-are-text",
    what: "a number given as `_dlt_id`",
    dlt: "columns of ids become `bigint`",
    sluice: "kept as text",
    why: "ids of one table may come from different records, and are joined with text",
  },
  {
    id: "children-keep-links",
    what: "a `_dlt_id` of its own in a row of a list",
    dlt: "the row loses its parent and its place",
    sluice: "it keeps both",
    why: "nothing is lost",
  },
  {
    id: "types-stay",
    what: "a declared type that changes after the column got data",
    dlt: "the schema changes, the column in the database does not",
    sluice: "the column keeps its type; what does not fit goes to its variant column",
    why: "the schema says what the database holds",
  },
  {
    id: "append-then-merge",
    what: "from append to merge, for a table with child tables",
    dlt: "the load fails, and every run after it",
    sluice: "the children's rows get the key of their root",
    why: "a disposition can be changed at any time",
  },
  {
    id: "last-row-wins",
    what: "rows of one load with the same primary key, in a merge",
    dlt: "any of them stays; in practice the first",
    sluice: "the last one stays",
    why: "what comes later is newer",
  },
  {
    id: "roots-in-files",
    what: "children of a merged table in files",
    dlt: "have no `_dlt_root_id`",
    sluice: "have one, as in a database",
    why: "`query` shows the newest row of a key, and needs to know which children are its own",
  },
  {
    id: "schema-returns",
    what: "a schema that becomes what it was before, e.g. after a replace in between",
    dlt: "is not stored again, so that who restores the dataset finds the one in between",
    sluice: "is stored again",
    why: "the newest schema is the one in force",
  },
  {
    id: "replace-in-full",
    what: 'a replace written as an object, `{"disposition": "replace"}`',
    dlt: "does not start the resource over: with a cursor only what is new stays in the table",
    sluice: "starts it over, as any replace",
    why: "no record is lost",
  },
  {
    id: "nested-keys",
    what: "a key inside an object, for the boundary of a cursor",
    dlt: "extracting fails",
    sluice: "`o.id` is found",
    why: "keys of tables may be inside objects, too",
  },
  {
    id: "validity-text",
    what: "text of the columns that say how long a version was valid (`scd2`), in SQLite",
    dlt: "`2024-01-01 00:00:00.000000+00:00`, unlike its other timestamps",
    sluice: "`2024-01-01 00:00:00.000000`, like all timestamps",
    why: "timestamps of one database can be compared",
    covers: (difference) =>
      isCell(difference) && isText(difference.dlt) && difference.dlt === `${difference.sluice}+00:00`,
  },
  {
    id: "cursor-moments",
    what: "date-times of different spellings in a cursor, e.g. `…:00Z` and `…:00.5Z`",
    dlt: "compared as texts, so that records are read twice or never",
    sluice: "compared as points in time",
    why: "no record is lost",
  },
  {
    id: "merged-boundary",
    what: "a merged record that changed while its cursor did not",
    dlt: "known by its key, and dropped",
    sluice: "loaded; the state keeps hashes of whole records, `record_hashes`, beside those of keys",
    why: "no change is lost",
    covers: ({ path, dlt }) => /^state\.sources\..*\.record_hashes$/.test(path) && dlt === undefined,
  },
  {
    id: "nothing-of-failed-loads",
    what: "a load that fails",
    dlt: "new columns and the new version of the schema are there already",
    sluice: "leaves nothing",
    why: "a load is published in one step",
  },
  {
    id: "refresh-children",
    what: "`refresh: drop_data`, child tables that get no rows",
    dlt: "their old rows stay, without the rows they belong to",
    sluice: "are emptied, too",
    why: "a row of a list is nothing without its record",
  },
  {
    id: "empty-loads",
    what: "a run that brought nothing",
    dlt: "leaves no row in `_dlt_loads`",
    sluice: "leaves one",
    why: "`_dlt_loads` says when the data was last known to be complete",
    covers: isEmptyLoad,
  },
  {
    id: "contract-null",
    what: "a null under a name that a contract keeps out",
    dlt: "discarded like a value, once there was a value; before that kept",
    sluice: "no violation",
    why: "a null says nothing, and the order of records must not matter",
  },
  {
    id: "contract-first-load",
    what: "columns of a new child table while columns are not to be added",
    dlt: "those of its first row; of a root table, those of the whole load",
    sluice: "those of the whole load, of all tables",
    why: "which row comes first must not matter",
  },
  {
    id: "contract-untyped",
    what: "a column that was declared without a type and had no value yet, while columns are frozen",
    dlt: "the second run fails, whatever it brings",
    sluice: "fails when there is a value",
    why: "a configuration that does not change is no change",
  },
  {
    id: "nested-disposition",
    what: "a child table with a write disposition of its own and no key",
    dlt: "with `merge` below a table that is appended, its rows are lost",
    sluice: "it is written as its root table is",
    why: "rows of a list belong to their record",
  },
  {
    id: "root-key-off",
    what: "`root_key` off, lists inside lists, and a merge",
    dlt: "the load fails, and every run after it",
    sluice: "rows go with their parents, level by level",
    why: "no setting may stop a load",
  },
];
