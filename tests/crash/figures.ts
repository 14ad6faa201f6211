/**
 * Figures in `docs/reliability.md`: each task writes the table between its own two marks, and the sum in its last
 * row into the README.
 * @module
 */
const README = new URL("../../README.md", import.meta.url);
const PAGE = new URL("../../docs/reliability.md", import.meta.url);

/** Writes a table between `<!-- figures: name -->` and `<!-- end -->`. */
export async function writeFigures(
  name: string,
  head: readonly [string, string],
  rows: readonly (readonly [string, number | string])[],
): Promise<void> {
  const text = await Deno.readTextFile(PAGE);
  const start = `<!-- figures: ${name} -->`;
  const [from, to] = [text.indexOf(start), text.indexOf("<!-- end -->", text.indexOf(start))];
  if (from < 0 || to < 0) throw new Error(`docs/reliability.md has no ${start}`);
  const cells = (each: readonly (number | string)[]) =>
    `| ${each.map((cell) => typeof cell === "number" ? cell.toLocaleString("en") : cell).join(" | ")} |`;
  const table = [cells(head), "| --- | --- |", ...rows.map(cells)].join("\n");
  await Deno.writeTextFile(PAGE, `${text.slice(0, from)}${start}\n\n${table}\n\n${text.slice(to)}`);
  const [, sum] = rows.at(-1) ?? [];
  const quoted = new RegExp(`(<!-- count: ${name} -->)[^<]*(<!-- end -->)`);
  const readme = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, readme.replace(quoted, `$1${sum?.toLocaleString("en")}$2`));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", PAGE.pathname, README.pathname] }).output();
}
