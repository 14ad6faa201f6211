/**
 * Rows of a query as text. No format lets a control character through that a terminal would obey; JSON and
 * CSV keep every value whole, the table shortens long cells.
 * @module
 */
import Table from "cli-table";
import { stringify } from "csv";
import type { QueryResult, SqlRow } from "../pipeline/destination.ts";
import { printable } from "./printable.ts";

/** What `--format` takes. */
export const ROW_FORMATS = ["table", "json", "csv"] as const;
/** One of {@link ROW_FORMATS}. */
export type RowFormat = (typeof ROW_FORMATS)[number];

type Cell = SqlRow[number];

const LONGEST_CELL = 80;

/** Writes rows in a format, without a line end after the last. */
export function formatRows(result: QueryResult, format: RowFormat): string {
  return FORMATS[format](result);
}

const FORMATS: Record<RowFormat, (result: QueryResult) => string> = { table, json, csv };

function table({ columns, rows }: QueryResult): string {
  // Without a style the library colours heads and borders.
  const lines = new Table({
    head: columns.map((name) => printable(name)),
    style: { head: [], border: [], compact: true },
  });
  const isNumeric = columns.map((_, index) =>
    rows.every((row) => row[index] === null || ["number", "bigint"].includes(typeof row[index]))
  );
  lines.options.colAligns = isNumeric.map((numeric) => (numeric ? "right" : "left"));
  for (const row of rows) lines.push(row.map((cell) => shorten(printable(textOf(cell, "NULL")))));
  return lines.toString();
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_CELL ? text : `${characters.slice(0, LONGEST_CELL - 1).join("")}…`;
}

/**
 * Line ends and tabs are data that CSV can carry; a cell is left as it is, also one that begins like a formula. One
 * that begins like a command to the runner of a workflow gets quotes, which mean nothing in CSV.
 */
function csv({ columns, rows }: QueryResult): string {
  const clean = (text: string) => printable(text, "\n\r\t");
  const records = rows.map((row) => row.map((cell) => clean(textOf(cell, ""))));
  return stringify([columns.map(clean), ...records], { quoted_match: /[\r\t]|^\s*(?:::|##\[)/, eof: false });
}

/** An array of objects, one per line. Columns of the same name get numbers. */
function json({ columns, rows }: QueryResult): string {
  const keys = distinct(columns).map(jsonText);
  const lines = rows.map((row) =>
    `{${row.map((cell, index) => `${keys[index]}:${jsonCell(cell)}`).join(",")}}`
  );
  return lines.length ? `[\n${lines.join(",\n")}\n]` : "[]";
}

function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let number = 2; taken.has(name); number++) name = `${column}_${number}`;
    taken.add(name);
    return name;
  });
}

function jsonCell(cell: Cell): string {
  if (cell === null) return "null";
  if (typeof cell === "bigint") return cell.toString();
  if (typeof cell === "number" && Number.isFinite(cell)) return JSON.stringify(cell);
  return jsonText(textOf(cell, ""));
}

/** `JSON.stringify` leaves DEL, C1 and reordering marks as they are. */
function jsonText(text: string): string {
  return printable(JSON.stringify(text));
}

function textOf(cell: Cell, nothing: string): string {
  if (cell === null) return nothing;
  return cell instanceof Uint8Array ? `0x${cell.toHex()}` : String(cell);
}
