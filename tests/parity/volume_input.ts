/**
 * Names, values and records by the ten thousand, the same at every start: what both naming functions, both
 * coercions and both hashes are compared with.
 * @module
 */
import { stringifyJson } from "../../pipeline/json.ts";
import type { DataType } from "../../pipeline/schema_types.ts";
import { Invent } from "./invent.ts";

/** Types that values are put into. */
export const TYPES: readonly DataType[] = [
  "text",
  "bigint",
  "double",
  "decimal",
  "bool",
  "timestamp",
  "date",
  "time",
  "binary",
  "wei",
  "json",
];
/** Longest identifiers that names are made for. */
export const LIMITS = [9999, 63, 21] as const;

const WORDS = [
  "user",
  "ID",
  "Name",
  "URL",
  "http",
  "v2",
  "x",
  "Total",
  "é",
  "ß",
  "1st",
  "API",
  "of",
  "日本",
  "２",
  "Å",
];
const JOINS = [
  "",
  "_",
  "__",
  "-",
  " ",
  ".",
  "/",
  "+",
  "*",
  "@",
  "|",
  "#",
  "%",
  "$",
  "___",
  "\t",
  "😀",
  "\u00a0",
  "'",
];
const CHARACTERS = [
  ..."aZz09_ -+*@|.,:;#$%&/\\\"'()[]{}<>=?!~^`éÉßñøİıſK日本字٣४２𝟙😀\u0000\u0007\n\r\u001c\u0085\u00a0\u2003\u2028\ufeff\ufffd",
];

/** Raw names: words joined in odd ways, and characters at random. */
export function names(count: number): string[] {
  const invent = new Invent(101);
  return Array.from({ length: count }, () => {
    const kind = invent.below(4);
    const parts = 1 + invent.below(kind === 3 ? 14 : 5);
    let name = "";
    for (let part = 0; part < parts; part++) {
      if (kind === 1) name += invent.one(CHARACTERS);
      else name += invent.one(WORDS) + invent.one(JOINS);
    }
    return invent.chance(10) ? invent.one(["_", " ", "__"]) + name + invent.one(["_", " ", "__", "x"]) : name;
  });
}

const TEXTS = [
  "",
  " ",
  "x",
  "yes",
  "No",
  "TRUE",
  "t",
  "on",
  "null",
  "nan",
  "-Inf",
  "infinity",
  "0x1F",
  "0X1f",
  "0xZ",
  "{}",
  "[1,2.0]",
  '{"a": [null, "é"]}',
  '"q"',
  "AAEC",
  "AA==",
  "AAE",
  "A===",
  "P1D",
  "now",
  "1,5",
  "½",
  "٣",
  "１２.５",
  "12 34",
  "--1",
  "+",
  ".",
  "e5",
  "1_000",
  "1__0",
  "_1",
  "0x 0a0B",
];
const ZONES = [
  "",
  "Z",
  "+02:00",
  "-0530",
  "+05",
  "+00:00",
  "z",
  " Z",
  "+2:00",
  "+02:",
  " UTC",
  "+14:00",
  "-23:59",
  "[UTC]",
  "+02:60",
];
const DATES = [
  "YYYY-MM-DD",
  "YYYYMMDD",
  "YYYY-MM",
  "YYYY",
  "YYYY-ooo",
  "YYYYooo",
  "YYYY-Www-d",
  "YYYYWwwd",
  "YYYY-Www",
  "YYYY/MM/DD",
  "YYYY:MM:DD",
  "DD.MM.YYYY",
  "YYYY-M-D",
  "YYYYMM",
  "YYYY-MMDD",
];
const TIMES = [
  "hh:mm:ss",
  "hh:mm",
  "hh",
  "hhmmss",
  "hhmm",
  "hh:mm:ss.f",
  "hhmmss,f",
  "h:mm",
  "hh:mmss",
  "hh-mm-ss",
  "h:m:s",
  "hh:mm:ss|f",
];

function dateTime(invent: Invent): string {
  const two = (limit: number) => String(invent.below(limit)).padStart(2, "0");
  const fill = (shape: string) =>
    shape.replace(/YYYY/, invent.one(["2024", "2023", "1969", "0001", "9999", "2100", "0000"]))
      .replace(/MM/, two(14)).replace(/DD/, two(33)).replace(
        /ooo/,
        String(invent.below(370)).padStart(3, "0"),
      )
      .replace(/ww/, two(55)).replace(/\bM\b/, String(1 + invent.below(12))).replace(
        /\bD\b/,
        String(1 + invent.below(28)),
      )
      .replace(/hh/, two(26)).replace(/mm/, two(62)).replace(/ss/, two(62)).replace(
        /\bh\b/,
        String(invent.below(12)),
      )
      .replace(/\bm\b/, String(invent.below(10))).replace(/\bs\b/, String(invent.below(10)))
      .replace(/d/, String(invent.below(9))).replace(
        /f/,
        invent.one(["5", "123", "123456", "1234567", "999999999", "1234567890123"]),
      );
  const kind = invent.below(10);
  if (kind === 0) return fill(invent.one(DATES));
  if (kind === 1) return invent.one(["", "", "T", " "]) + fill(invent.one(TIMES)) + invent.one(ZONES);
  const [date, time] = kind < 7 ? [DATES[0], TIMES[invent.below(6)]] : [invent.one(DATES), invent.one(TIMES)];
  return fill(date) + invent.one(["T", "T", " ", "t", "_", ""]) + fill(time) + invent.one(ZONES);
}

function numberText(invent: Invent): string {
  const digits = (most: number) =>
    Array.from({ length: 1 + invent.below(most) }, () => invent.below(10)).join("");
  const text = invent.one(["", "-", "+"]) + digits(invent.one([3, 12, 25])) +
    invent.one(["", "", ".", `.${digits(4)}`, `.${digits(20)}`]) +
    invent.one(["", "", "", `e${invent.below(40)}`, "E-3"]);
  return invent.chance(15)
    ? invent.one([" ", "\u00a0", "_", "0x", "\n"]) + text + invent.one(["", " ", "_", "f"])
    : text;
}

function numberLiteral(invent: Invent): string {
  const whole = String(invent.below(1e9));
  const edge = [0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n].map((each) =>
    String(each - BigInt(invent.below(3) ? 0 : 1))
  );
  switch (invent.below(6)) {
    case 0:
      return whole;
    case 1:
      return `-${whole}`;
    case 2:
      return `${whole}.${invent.below(1e6)}`;
    case 3:
      return invent.one(edge).replace(/^-?/, invent.one(["", "-"])).replace(/^-0$/, "0");
    case 4:
      return `${1 + invent.below(9)}.${invent.below(100)}e${invent.one(["-", "", "+"])}${invent.below(24)}`;
    default:
      return `${invent.below(2e9)}.${invent.one(["0", "5", "25", "000001", "9999999"])}`;
  }
}

/** Values as JSON literals: texts that mean something to one type or another, numbers of both kinds, containers. */
export function values(count: number): string[] {
  const invent = new Invent(202);
  return Array.from({ length: count }, () => {
    switch (invent.below(8)) {
      case 0:
        return JSON.stringify(invent.one(TEXTS));
      case 1:
      case 2:
      case 3:
        return JSON.stringify(dateTime(invent));
      case 4:
        return JSON.stringify(numberText(invent));
      case 5:
      case 6:
        return numberLiteral(invent);
      default:
        return invent.one([
          "true",
          "false",
          "{}",
          "[]",
          '{"a":1.0,"É":[true,null,"\\u0001"]}',
          "[1,2.5,1e-7,1e22]",
        ]);
    }
  });
}

function someValue(invent: Invent, depth: number): string {
  const kind = invent.below(depth ? 8 : 6);
  if (kind === 6) return `[${invent.some(3, () => someValue(invent, depth - 1)).join(",")}]`;
  if (kind === 7) return someRecord(invent, depth - 1);
  return invent.one([
    () => JSON.stringify(names(1)[0] + invent.one(CHARACTERS) + invent.hex(3)),
    () => numberLiteral(invent),
    () => invent.one(["true", "false", "null"]),
    () => JSON.stringify(invent.one(TEXTS)),
  ])();
}

function someRecord(invent: Invent, depth: number): string {
  const keys = new Set(invent.some(6, () => invent.one(CHARACTERS) + invent.one(WORDS)));
  return `{${[...keys].map((key) => `${JSON.stringify(key)}:${someValue(invent, depth)}`).join(",")}}`;
}

/** Whole records as JSON texts, to be hashed. */
export function recordTexts(count: number): string[] {
  const invent = new Invent(303);
  return Array.from({ length: count }, () => someRecord(invent, 3));
}

/** Keys of parents, names of tables and positions, to be hashed. */
export function places(count: number): [parent: string, table: string, index: number][] {
  const invent = new Invent(404);
  return Array.from({ length: count }, () => [
    invent.one(CHARACTERS) + invent.hex(invent.below(20)),
    `t__${invent.one(WORDS)}`,
    invent.below(100_000),
  ]);
}

/** Parts of names, normalised one by one before they are joined. */
export function parts(count: number): string[][] {
  const invent = new Invent(505);
  const simple = [
    "userId",
    "lineItems",
    "a",
    "HTTPServer",
    "x_y",
    "2nd",
    "größe",
    "discountAllocations",
    "list",
  ];
  return Array.from(
    { length: count },
    () => [invent.one(simple), ...invent.some(4, () => invent.one(simple))],
  );
}

/** What is asked, as one document. */
export function volumeInput(): string {
  return stringifyJson({
    limits: LIMITS,
    types: TYPES,
    names: names(NAMES),
    values: values(VALUES),
    records: recordTexts(RECORDS),
    places: places(PLACES),
    parts: parts(PARTS),
  });
}

const NAMES = 12_000;
const VALUES = 6000;
const RECORDS = 4000;
const PLACES = 4000;
const PARTS = 4000;
