/**
 * A schema with one of everything, and schemas with the worst names there are. Holds no tests itself.
 * @module
 */
import * as property from "property";
import { Schema } from "../pipeline/schema.ts";
import type { Column, DataType, Table } from "../pipeline/schema_types.ts";

/** A table in a few words. */
export function table(
  name: string,
  columns: Record<string, DataType | Omit<Column, "name">>,
  hints: Record<string, unknown> = {},
): Table {
  return {
    name,
    columns: new Map(
      Object.entries(columns).map(([column, type]) => [
        column,
        { name: column, ...(typeof type === "string" ? { data_type: type, nullable: true } : type) },
      ]),
    ),
    ...hints,
  };
}

/** A schema of these tables beside the bookkeeping ones. */
export function schemaOf(name: string, tables: readonly Table[]): Schema {
  const schema = new Schema(name);
  for (const each of tables) schema.tables.set(each.name, each);
  schema.bump();
  return schema;
}

/** Orders with lines and their taxes: every type, keys of two columns, descriptions, a column without value. */
export function orders(): Schema {
  const id = { data_type: "text", nullable: false, unique: true, row_key: true } as const;
  const link = { data_type: "text", nullable: false } as const;
  const lineColumns = {
    sku: "text",
    _dlt_root_id: { ...link, root_key: true },
    _dlt_parent_id: { ...link, parent_key: true },
    _dlt_list_idx: { data_type: "bigint", nullable: false },
    _dlt_id: id,
  } as const;
  return schemaOf("shop", [
    table("orders", {
      region: { data_type: "text", nullable: false, primary_key: true, precision: 8 },
      number: {
        data_type: "bigint",
        nullable: false,
        primary_key: true,
        description: "Counts up; it's unique",
      },
      placed: "timestamp",
      due: "date",
      at: "time",
      total: { data_type: "decimal", nullable: true, precision: 20, scale: 4 },
      weight: "double",
      paid: "bool",
      gas: "wei",
      receipt: "binary",
      extra: "json",
      total__v_text: { data_type: "text", nullable: true, variant: true },
      never: { nullable: true },
      _dlt_load_id: link,
      _dlt_id: id,
    }, {
      write_disposition: "merge",
      resource: "orders",
      description: 'What people ordered: "all of it"\n*/ and more',
      "x-normalizer": { "seen-data": true },
    }),
    table("orders__lines", lineColumns, { parent: "orders" }),
    table("orders__lines__taxes", lineColumns, { parent: "orders__lines" }),
    table("empty", { later: { nullable: true } }, { write_disposition: "append", resource: "empty" }),
  ]);
}

const NASTY = [
  '"',
  "'",
  "`",
  "\\",
  "\n",
  "\r\n",
  "\u2028",
  "\u0085",
  "\u001b[2J",
  "*/",
  "/*",
  "--",
  ";",
  "}",
  "{",
  "]",
  "[",
  "${x}",
  "%%",
  "//",
  ": ",
  " #",
  "<<",
  "=",
  "- ",
  "? ",
  "&a",
  "*a",
  "!!js",
  "|",
  "yes",
  "null",
  "1_000",
  "0x1f",
  "12:30:45",
  "2024-01-01",
  ".inf",
  "~",
  "__proto__",
  "constructor",
  "DROP TABLE x",
  "PK",
  "note:",
  "'''",
  "日本語",
  "\u202e",
  "\0",
  "\ud800",
];

const nastyText = property.array(
  property.oneof(property.constantFrom(...NASTY), property.string({ maxLength: 4 })),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.join(""));

const types: DataType[] = ["text", "bigint", "decimal", "timestamp", "json"];
const plainKey = (name: string) => name.toWellFormed().replaceAll("\0", "\ufffd").toLowerCase();
// Integer keys would move to the front of any JSON object; SQLite keeps "sqlite_" to itself.
const nastyNames = property.uniqueArray(
  nastyText.filter((name) => !/^\d+$/.test(name) && !/^sqlite_/i.test(name)),
  { minLength: 1, maxLength: 4, selector: plainKey },
);

/** Schemas whose names and descriptions try to break out. */
export const nastySchemas: property.Arbitrary<Schema> = property.tuple(
  nastyText,
  nastyNames,
  nastyNames,
  nastyText,
).map(([name, tables, columns, description]) =>
  schemaOf(
    name,
    tables.map((each, index) =>
      table(
        each,
        {
          ...Object.fromEntries(
            columns.map((column, at) => [column, {
              data_type: types[at % types.length],
              nullable: at % 2 === 0,
              description,
              primary_key: at === 1,
            }]),
          ),
          _dlt_id: "text",
          _dlt_parent_id: "text",
        },
        { description, ...(index ? { parent: tables[0] } : { resource: each }) },
      )
    ),
  )
);
