/**
 * What all formats of a schema share: which tables and columns they show, how tables refer to each other, and
 * names and texts that cannot break out of where they stand.
 * @module
 */
import { type JsonObject, parseJson } from "../json.ts";
import { type Schema, SYSTEM_TABLES } from "../schema.ts";
import type { Column, Table } from "../schema_types.ts";

/** What a format shows. */
export interface FormatOptions {
  /** The bookkeeping tables, too. @default true */
  readonly system?: boolean;
}

const SYSTEM_NAMES: ReadonlySet<string> = new Set(Object.values(SYSTEM_TABLES));

/** Whether a table is one of the bookkeeping tables. */
export function isSystemTable(name: string): boolean {
  return SYSTEM_NAMES.has(name);
}

/** The tables to show, in the schema's order. */
export function shownTables(schema: Schema, { system = true }: FormatOptions): Table[] {
  return [...schema.tables.values()].filter(({ name }) => system || !isSystemTable(name));
}

/** Columns that exist at the destination: those with a type. */
export function typedColumns(table: Table): Column[] {
  return [...table.columns.values()].filter(({ data_type }) => data_type);
}

/** The type with its precision, e.g. `decimal(38,9)`. */
export function typeText({ data_type, precision, scale }: Column): string {
  const sizes = [precision, scale].filter((size) => size !== undefined);
  return sizes.length ? `${data_type}(${sizes.join(",")})` : String(data_type);
}

/** One column that holds the values of another. */
export interface Reference {
  readonly table: string;
  readonly column: string;
  readonly toTable: string;
  readonly toColumn: string;
}

/** Which columns lead to which: children to parent and root, rows to their load. */
export function references(tables: readonly Table[]): Reference[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  const has = (table: string, column: string) => Boolean(known.get(table)?.columns.get(column)?.data_type);
  const found: Reference[] = [];
  const refer = (table: string, column: string, toTable: string, toColumn: string) => {
    if (has(table, column) && has(toTable, toColumn)) found.push({ table, column, toTable, toColumn });
  };
  for (const table of tables) {
    if (table.parent !== undefined) refer(table.name, "_dlt_parent_id", table.parent, "_dlt_id");
    const root = rootOf(table, known);
    if (root !== table.name && root !== table.parent) refer(table.name, "_dlt_root_id", root, "_dlt_id");
    if (table.name !== SYSTEM_TABLES.loads) refer(table.name, "_dlt_load_id", SYSTEM_TABLES.loads, "load_id");
  }
  return found;
}

function rootOf(table: Table, known: ReadonlyMap<string, Table>): string {
  const seen = new Set<string>();
  let at: Table | undefined = table;
  while (at?.parent !== undefined && !seen.has(at.name)) {
    seen.add(at.name);
    at = known.get(at.parent);
  }
  return at?.name ?? table.name;
}

// What a terminal, an editor or a parser may take for a line end or an order: C0, DEL, C1, marks of direction,
// and halves of characters.
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** One line of text with nothing unprintable in it. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, " ").trim();
}

/** Every unprintable character as the escape that JSON, TypeScript and quoted YAML know; `keep` stays. */
export function escaped(text: string, keep = ""): string {
  return text.replace(
    UNPRINTABLE,
    (character) => keep.includes(character) ? character : `\\u${hex(character.charCodeAt(0))}`,
  );
}

function hex(code: number): string {
  return code.toString(16).padStart(4, "0");
}

/** Whether {@link escaped} would change it. */
export function isUnprintable(text: string): boolean {
  return text.search(UNPRINTABLE) >= 0;
}

/** Gives names that a format cannot write another spelling, and never the same to two of them. */
export class Spellings {
  readonly #spell: (name: string) => string;
  readonly #taken: Set<string>;
  readonly #known = new Map<string, string>();

  constructor(spell: (name: string) => string, taken: readonly string[] = []) {
    this.#spell = spell;
    this.#taken = new Set(taken);
  }

  /** The spelling of a name; the same name always has the same one. */
  of(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const wanted = this.#spell(name);
    let free = wanted;
    for (let number = 2; this.#taken.has(free.toLowerCase()); number++) free = `${wanted}_${number}`;
    this.#taken.add(free.toLowerCase());
    this.#known.set(name, free);
    return free;
  }
}

const TABLE_KEYS = ["columns", "parent", "write_disposition", "file_format", "resource", "description"];

/** The schema as dlt writes it into files: names are keys only, keys stand in dlt's order. */
export function schemaDocument(schema: Schema, options: FormatOptions = {}): JsonObject {
  const document = parseJson(schema.toText()) as JsonObject;
  const tables = document.tables as Record<string, JsonObject>;
  document.tables = Object.fromEntries(
    shownTables(schema, options).map(({ name }) => [name, tableDocument(tables[name])]),
  );
  return document;
}

function tableDocument(stored: JsonObject): JsonObject {
  const { name: _name, ...table } = stored;
  const columns = Object.entries(table.columns as Record<string, JsonObject>);
  const first = TABLE_KEYS.filter((key) => Object.hasOwn(table, key)).map((key) => [key, table[key]]);
  return {
    ...Object.fromEntries(first),
    ...table,
    columns: Object.fromEntries(columns.map(([name, { name: _own, ...hints }]) => [name, hints])),
  };
}
