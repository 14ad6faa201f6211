/**
 * CSV as records: the first line names the columns, and every value stays the text that it is.
 * @module
 */
import type { JsonObject } from "../pipeline/json.ts";

/** Rows, or what is wrong with the file. */
export type CsvTable = { readonly rows: JsonObject[] } | {
  readonly reason: string;
  readonly isTransient: boolean;
  readonly next: string;
};

const NEXT = "correct the text with a response action, or ask the API for JSON";

/** Reads CSV; an empty text has no rows. What is wrong is said by line, never with its content. */
export async function readCsv(text: string): Promise<CsvTable> {
  // Loaded when the first file comes: most runs meet none.
  const { parse } = await import("csv-parse");
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    return problem(error as { code?: string; lines?: number; record?: unknown[]; column?: unknown });
  }
  const [names, ...rows] = lines;
  if (!names) return { rows: [] };
  const header = names.map((name) => name.trim());
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) {
    const positions = header.flatMap((name, index) => name === twice ? [index + 1] : []);
    return {
      reason: `CSV columns ${positions.join(" and ")} have the same name`,
      isTransient: false,
      next: NEXT,
    };
  }
  return {
    rows: rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]!]))),
  };
}

function problem({ code, lines, record }: { code?: string; lines?: number; record?: unknown[] }): CsvTable {
  switch (code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH":
    case "CSV_RECORD_INCONSISTENT_COLUMNS":
      return {
        reason: `CSV line ${lines} has ${record?.length} values, another number than the header`,
        isTransient: false,
        next: NEXT,
      };
    case "CSV_QUOTE_NOT_CLOSED":
      return { reason: "CSV ends within a quoted value, it may be cut off", isTransient: true, next: NEXT };
    default:
      return { reason: `CSV line ${lines} has a quote in a wrong place`, isTransient: false, next: NEXT };
  }
}
