/**
 * The least any program must do: fetch the pages and parse them, then insert the same rows with prepared
 * multi-row statements in one durable transaction. Rows come ready from a database that was loaded before;
 * reading them from there does not count.
 * @module
 */
import { DatabaseSync } from "sqlite";
import { loadedRows, tableNames } from "../loaded.ts";
import { Stopwatch } from "../stopwatch.ts";
import { readTask } from "../task.ts";

const MOST_PARAMETERS = 2000;

const { url, starts, lanes, database, from, changesBy } = readTask();
const stopwatch = new Stopwatch();
stopwatch.start();
await readPages();
stopwatch.stop();
insertRows();
stopwatch.report();

async function readPages(): Promise<void> {
  const waiting = starts.values();
  const readLists = async () => {
    for (const start of waiting) {
      let next: string | undefined = `${url}${start}`;
      while (next) {
        const response: Response = await fetch(next);
        JSON.parse(await response.text());
        next = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, readLists));
}

function insertRows(): void {
  using source = new DatabaseSync(from!, { readOnly: true });
  stopwatch.start();
  using target = new DatabaseSync(database);
  target.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  stopwatch.stop();
  for (const table of tableNames(source)) {
    const { sql, columns, batches } = loadedRows(source, table, { newestLoad: changesBy !== undefined });
    stopwatch.start();
    if (changesBy === undefined) target.exec(sql);
    const size = Math.max(1, Math.floor(MOST_PARAMETERS / columns.length));
    const row = `(${columns.map(() => "?").join(",")})`;
    const insert = (count: number) =>
      target.prepare(`INSERT INTO "${table}" VALUES ${Array(count).fill(row).join(",")}`);
    const key = columns.indexOf(changesBy ?? "");
    const remove = key < 0 ? undefined : target.prepare(`DELETE FROM "${table}" WHERE "${changesBy}" = ?`);
    const whole = insert(size);
    stopwatch.stop();
    for (const rows of batches) {
      stopwatch.start();
      for (let start = 0; start < rows.length; start += size) {
        const part = rows.slice(start, start + size);
        if (remove) { for (const values of part) remove.run(values[key]); }
        (part.length === size ? whole : insert(part.length)).run(...part.flat());
      }
      stopwatch.stop();
    }
  }
  stopwatch.start();
  target.exec("COMMIT");
  target.close();
  stopwatch.stop();
}
