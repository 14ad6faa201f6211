/**
 * Figures of the long tasks, written into docs/reliability.md by the tasks themselves. Holds no tests.
 * @module
 */
const PATH = new URL("../docs/reliability.md", import.meta.url);

/** Replaces the table between `<!-- figures: name -->` and `<!-- end -->`. */
export async function writeFigures(
  name: string,
  rows: readonly (readonly [string, string | number])[],
): Promise<void> {
  const text = await Deno.readTextFile(PATH);
  const marker = `<!-- figures: ${name} -->`;
  const start = text.indexOf(marker);
  const end = text.indexOf("<!-- end -->", start);
  if (start < 0 || end < 0) throw new Error(`docs/reliability.md has no block "${name}"`);
  const width = (column: number) => Math.max(8, ...rows.map((row) => String(row[column]).length));
  const line = (...cells: (string | number)[]) =>
    `| ${cells.map((cell, at) => String(cell).padEnd(width(at))).join(" | ")} |`;
  const table = [
    line("What", "How many"),
    `| ${"-".repeat(width(0))} | ${"-".repeat(width(1))} |`,
    ...rows.map((row) => line(...row)),
  ].join("\n");
  await Deno.writeTextFile(PATH, `${text.slice(0, start + marker.length)}\n\n${table}\n\n${text.slice(end)}`);
}
