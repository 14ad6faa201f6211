/**
 * Everything a dataset holds, as something to compare: each root row with the rows below it, without what differs
 * from load to load. Holds no tests.
 * @module
 */
import { DatabaseSync } from "sqlite";

/** Texts of the rows of each root table, in an order of their own. */
export type Dump = Readonly<Record<string, readonly string[]>>;

type Row = Readonly<Record<string, unknown>>;

/** Reads all tables of a SQLite file; none where there is no file. */
export async function dump(file: string): Promise<Dump> {
  if (!await Deno.stat(file).then(() => true, () => false)) return {};
  using database = new DatabaseSync(file, { readOnly: true });
  const names: string[] = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
  ).all()
    .map(({ name }: Row) => String(name)).filter((name: string) =>
      !name.startsWith("_dlt_") && !name.startsWith("sqlite_")
    );
  const tables = new Map<string, Row[]>(names.map((name) => {
    const statement = database.prepare(`SELECT * FROM "${name}"`);
    statement.setReadBigInts(true);
    return [name, statement.all() as Row[]];
  }));
  const isChild = (name: string) =>
    tables.get(name)!.some(({ _dlt_parent_id }) => _dlt_parent_id !== undefined);
  const below = new Map<string, string[]>();
  for (const [name, rows] of tables) {
    if (!isChild(name)) continue;
    for (const row of rows) {
      const id = String(row._dlt_parent_id);
      const text = `${name} ${row._dlt_list_idx} `;
      below.set(id, [...below.get(id) ?? [], text + String(row._dlt_id)]);
    }
  }
  const byId = new Map<string, Row>();
  for (const rows of tables.values()) for (const row of rows) byId.set(String(row._dlt_id), row);
  const textOf = (row: Row): string => {
    const own = Object.entries(row).filter(([column, value]) => !column.startsWith("_dlt_") && value !== null)
      .map(([column, value]) => [column, typeof value === "bigint" ? `${value}n` : value]);
    const children = (below.get(String(row._dlt_id)) ?? []).map((each) => {
      const at = each.lastIndexOf(" ");
      return each.slice(0, at) + textOf(byId.get(each.slice(at + 1))!);
    });
    return JSON.stringify([own.sort(), children.sort()]);
  };
  const orphans = [...below].filter(([id]) => !byId.has(id)).flatMap(([, rows]) => rows).sort();
  const roots = Object.fromEntries(
    [...tables].filter(([name]) => !isChild(name)).map(([name, rows]) => [name, rows.map(textOf).sort()]),
  );
  return orphans.length ? { ...roots, "(rows without a parent)": orphans } : roots;
}

/** How one dump differs from what it should be; undefined when it does not. An empty table is as good as none. */
export function difference(actual: Dump, expected: Dump): string | undefined {
  for (const name of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const [rows, wanted] = [actual[name] ?? [], expected[name] ?? []];
    if (rows.length !== wanted.length) return `${name} has ${rows.length} rows, ${wanted.length} expected`;
    const at = rows.findIndex((row, index) => row !== wanted[index]);
    if (at >= 0) return `${name} has another row:\n  ${rows[at]}\n  expected\n  ${wanted[at]}`;
  }
  return undefined;
}
