/** The floor of writing: prepared multi-row inserts of rows that are in memory already. @module */
import { DatabaseSync } from "sqlite";
import { report, taskOf } from "../measure.ts";

const PARAMETERS = 2000;
const { database, from } = taskOf();
const source = new DatabaseSync(from, { readOnly: true });
const tables = source.prepare(
  "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_dlt%' ESCAPE '\\'",
).all();
const content = tables.map(({ name, sql }: Record<string, unknown>) => {
  const statement = source.prepare(`SELECT * FROM "${name}"`);
  statement.setReturnArrays(true);
  return {
    name: String(name),
    sql: String(sql),
    rows: statement.all() as unknown as (string | number | null)[][],
  };
});

await report(() => {
  const target = new DatabaseSync(database);
  target.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  let written = 0;
  for (const { name, sql, rows } of content) {
    target.exec(sql);
    const width = rows[0]?.length ?? 1;
    const size = Math.max(1, Math.floor(PARAMETERS / width));
    const statement = (count: number) =>
      target.prepare(
        `INSERT INTO "${name}" VALUES ${
          Array(count).fill(`(${Array(width).fill("?").join(",")})`).join(",")
        }`,
      );
    const full = statement(size);
    for (let start = 0; start < rows.length; start += size) {
      const part = rows.slice(start, start + size);
      (part.length === size ? full : statement(part.length)).run(...part.flat());
      written += part.length;
    }
  }
  target.exec("COMMIT");
  target.close();
  return Promise.resolve(written);
});
