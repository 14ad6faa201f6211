/**
 * Where Sluice differs from dlt on purpose: each difference with its reason, and what it covers. Whatever is
 * not covered fails the comparison, and so does an exception that covers nothing any more.
 * @module
 */
import { canonicalJson, Double, isJsonObject, type JsonValue, parseJson } from "../../pipeline/json.ts";
import type { Case } from "./case.ts";
import type { Difference } from "./compare.ts";

/** One thing that differs on purpose. */
export interface Exception {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly what: string;
  readonly dlt: string;
  readonly sluice: string;
  readonly why: string;
  /** Whether a difference is this one. Cases that name the exception themselves need no rule. */
  readonly covers?: (difference: Difference, place: Place) => boolean;
}

/** Where a difference was found. */
export interface Place {
  readonly case: Case;
  readonly run: number;
}

const isText = (value: unknown): value is string => typeof value === "string";
/** A cell: `tables.<table>.rows.…` or an orphan's. */
const isCell = ({ path }: Difference) => /^tables\.[^.]+\.rows\./.test(path);

function isSameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (!isText(left) || !isText(right)) return false;
  try {
    return canonicalJson(parseJson(left)) === canonicalJson(parseJson(right));
  } catch {
    return false;
  }
}

/** A number that a database made of digits: the same one, as far as a double can hold it. */
function isSameNumber(number: JsonValue | undefined, digits: JsonValue | undefined): boolean {
  if (!isText(digits) || !/^-?\d+(\.\d+)?$/.test(digits)) return false;
  if (typeof number === "number" || number instanceof Double) return Number(number) === Number(digits);
  return typeof number === "bigint" && Number(number) === Number(digits);
}

/** All of them. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    id: "json-text",
    what: "text of `json` columns in SQLite",
    dlt: "a space after `,` and `:`, and escapes for all that is not ASCII",
    sluice: "compact, in UTF-8",
    why: "it is the same document, shorter, and the same text in every destination",
    covers: (difference) => isCell(difference) && isSameJson(difference.dlt, difference.sluice),
  },
  {
    id: "decimal-digits",
    what: "`decimal` and `wei` in SQLite",
    dlt: "declared `NUMERIC`, which SQLite turns into floating-point numbers",
    sluice: "declared `TEXT`",
    why: "every digit is kept",
    covers: ({ path, dlt, sluice }) =>
      path.includes(".declared.")
        ? isText(dlt) && dlt.startsWith("NUMERIC") && sluice === dlt.replace(/^NUMERIC\(.*\)/, "TEXT")
        : isSameNumber(dlt, sluice),
  },
];

/** The exception of an id. */
export function exception(id: string): Exception {
  const found = EXCEPTIONS.find((each) => each.id === id);
  if (!found) throw new Error(`no exception is called "${id}"`);
  return found;
}
