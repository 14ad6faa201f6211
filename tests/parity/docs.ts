/**
 * The tables of `docs/parity.md` that come from the comparison: figures and exceptions.
 * @module
 */
import { fileURLToPath } from "node:url";
import { EXCEPTIONS } from "./exceptions.ts";
import { type Figures, readFigures } from "./report.ts";

const PAGE = new URL("../../docs/parity.md", import.meta.url);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "-"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const count = (value: number) => value.toLocaleString("en-GB");
const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

function figuresTable(figures: Figures): string {
  const rows = [
    ["Cases", `${count(figures.cases)}, ${count(figures.runs)} runs`],
    ["Values compared in them", count(figures.values)],
    ["Names, coerced values and hashes compared", count(figures.names)],
    [
      "Runs that took a dataset over",
      `${count(figures.handOvers)}, ${count(figures.handOverValues)} values compared`,
    ],
    ["Exceptions", `${EXCEPTIONS.length}, for ${count(total(figures.exceptions))} values`],
    ["Cases of features that are not there yet", count(figures.pending)],
  ];
  if (figures.million) {
    const rowsOf = Object.entries(figures.million).map(([name, rows]) => `\`${name}\` ${count(rows)}`);
    rows.push(["A run over a million rows: the same counts and checksums", rowsOf.join(", ")]);
  }
  return table(["What", "How many"], rows);
}

/** The tables by the marker that they stand behind. */
export async function parityTables(): Promise<Record<string, string>> {
  const figures = await readFigures();
  const times = (id: string) => count(figures.exceptions[id] ?? 0);
  return {
    figures: figuresTable(figures),
    exceptions: table(
      ["What", "dlt", "Sluice", "Why", "Values"],
      EXCEPTIONS.map(({ id, what, dlt, sluice, why }) => [what, dlt, sluice, why, times(id)]),
    ),
  };
}

/** A block of the page between its marker and the end. */
export function blockOf(page: string, marker: string): { start: number; end: number } {
  const opening = `<!-- ${marker} -->`;
  const start = page.indexOf(opening) + opening.length;
  const end = page.indexOf("<!-- end -->", start);
  if (start < opening.length || end < start) throw new Error(`docs/parity.md has no block "${marker}"`);
  return { start, end };
}

/** Writes the tables into the page. */
export async function writeParityDocs(): Promise<void> {
  let page = await Deno.readTextFile(PAGE);
  for (const [marker, text] of Object.entries(await parityTables())) {
    const { start, end } = blockOf(page, marker);
    page = `${page.slice(0, start)}\n\n${text}\n\n${page.slice(end)}`;
  }
  await Deno.writeTextFile(PAGE, page);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", fileURLToPath(PAGE)] }).output();
}
