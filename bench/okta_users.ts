/**
 * Simulator to SQLite: how close a run comes to the least that any program must do, fetching and parsing
 * the pages (a) and inserting the rows (b). Each part is a process of its own; parts take turns, and what is
 * reported are medians and ratios of one session. Run it with `deno task bench`.
 * @module
 */
import { join } from "node:path";
import { type Measured, median, runSubject } from "./measure.ts";
import { startServer } from "./server.ts";

const USERS = Number(Deno.env.get("BENCH_USERS") ?? 100_000);
const ROUNDS = Number(Deno.env.get("BENCH_ROUNDS") ?? 5);
const MEMORY_SIZES = (Deno.env.get("BENCH_MEMORY") ?? "10000,300000").split(",").map(Number);

const folder = await Deno.makeTempDir({ prefix: "sluice_bench_" });
try {
  await compareTimes();
  await compareMemory();
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function compareTimes(): Promise<void> {
  await using server = await startServer(USERS);
  const subject = (name: string, round: number | string, from = "") =>
    runSubject(name, {
      url: server.url,
      token: server.token,
      database: join(folder, `${name}_${round}.sqlite`),
      from,
    });
  // The rows to insert are those of a run; it also warms every cache.
  const warm = await subject("sluice", "warm");
  const rows = join(folder, "sluice_warm.sqlite");
  const results: Record<string, Measured[]> = { fetch_parse: [], insert_rows: [], sluice: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(results)) {
      const measured = await subject(name, round, rows);
      if (name !== "fetch_parse" && measured.rows !== warm.rows) {
        throw new Error(`${name} wrote ${measured.rows} rows, ${warm.rows} expected`);
      }
      results[name].push(measured);
      await removeDatabase(join(folder, `${name}_${round}.sqlite`));
    }
  }
  const seconds = (name: string) => median(results[name].map((each) => each.seconds));
  const floor = seconds("fetch_parse") + seconds("insert_rows");
  console.log(
    `# ${USERS.toLocaleString("en")} users, ${warm.rows.toLocaleString("en")} rows, median of ${ROUNDS}\n`,
  );
  console.log("| part | seconds | spread | peak MB |\n|---|---|---|---|");
  for (const [name, all] of Object.entries(results)) {
    const sorted = all.map((each) => each.seconds).sort((left, right) => left - right);
    console.log(
      `| ${name} | ${seconds(name).toFixed(2)} | ${sorted[0].toFixed(2)}–${sorted.at(-1)!.toFixed(2)} | ${
        median(all.map((each) => each.peakMb)).toFixed(0)
      } |`,
    );
  }
  console.log(`\nrun / (a + b) = ${(seconds("sluice") / floor).toFixed(2)}   (aim: at most 1.50)`);
}

async function compareMemory(): Promise<void> {
  const peaks: number[] = [];
  for (const users of MEMORY_SIZES) {
    await using server = await startServer(users);
    const database = join(folder, `memory_${users}.sqlite`);
    const { peakMb, seconds } = await runSubject("sluice", {
      url: server.url,
      token: server.token,
      database,
      from: "",
    });
    console.log(`${users.toLocaleString("en")} users: ${peakMb.toFixed(0)} MB peak, ${seconds.toFixed(1)} s`);
    peaks.push(peakMb);
    await removeDatabase(database);
  }
  console.log(`peak memory ratio = ${(peaks.at(-1)! / peaks[0]).toFixed(2)}   (aim: at most 1.20)`);
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
}
