/**
 * `deno task crash:memory`: loads millions of rows with a fixed heap, into each destination, and counts them. A merged
 * table, so that keys are looked up, too. Writes the figures into `docs/reliability.md`.
 *
 *     deno task crash:memory --rows 5000000 --heap 256
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pipeline } from "../../mod.ts";
import { DESTINATIONS } from "./cases.ts";
import { writeFigures } from "./figures.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "5000000" },
    heap: { type: "string", default: "256" },
    destination: { type: "string" },
    "no-docs": { type: "boolean" },
  },
});
const rows = Number(values.rows);
const heapMegabytes = Number(values.heap);
const PER_PAGE = 5000;

await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
  const page = Number(new URL(request.url).searchParams.get("page") ?? 0);
  const from = page * PER_PAGE;
  const count = Math.max(0, Math.min(PER_PAGE, rows - from));
  const data = Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return { id, name: `row ${id}`, at: new Date(1.7e12 + id * 1000).toISOString(), share: id / 7 };
  });
  return Response.json({ data, ...(from + count < rows && { next: `/rows?page=${page + 1}` }) });
});

const MODULE = (url: string) =>
  `export default ${
    JSON.stringify({
      client: { base_url: url, paginator: { type: "json_link", next_url_path: "next" } },
      resources: [{
        name: "rows",
        primary_key: "id",
        write_disposition: "merge",
        endpoint: { path: "rows", data_selector: "data" },
      }],
    })
  };\n`;

const figures: [string, string][] = [];
let isRight = true;
for (const destination of DESTINATIONS.filter((name) => !values.destination || name === values.destination)) {
  const folder = await Deno.makeTempDir({ prefix: "sluice_memory_" });
  await Deno.writeTextFile(join(folder, "rows.ts"), MODULE(`http://127.0.0.1:${server.addr.port}`));
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-A",
      "--no-check",
      `--v8-flags=--max-old-space-size=${heapMegabytes},--max-semi-space-size=8`,
      main,
      ...["run", "./rows.ts", "--pipeline-name", "memory", "--destination", destination, "--progress", "off"],
    ],
    cwd: folder,
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let peakKilobytes = 0;
  const timer = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${child.pid}/status`));
      peakKilobytes = Math.max(peakKilobytes, Number(found?.[1] ?? 0));
    } catch {
      // It has ended, or there is no such file on this system.
    }
  }, 200);
  const { code } = await child.status;
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  const held = code === 0 ? await countRows(folder, destination) : 0;
  isRight &&= held === rows;
  console.log(
    `${destination}: exit ${code}, ${held} of ${rows} rows, ${seconds.toFixed(0)} s, peak ${
      peakKilobytes >> 10
    } MB`,
  );
  figures.push([
    destination,
    `${rows.toLocaleString("en")} rows, heap ${heapMegabytes} MB, process at most ${peakKilobytes >> 10} MB`,
  ]);
  await Deno.remove(folder, { recursive: true });
}
if (isRight && !values["no-docs"]) await writeFigures("memory", ["Destination", "Loaded"], figures);
Deno.exitCode = isRight ? 0 : 1;

/** Counts lines where a query would have to hold all rows in memory. */
async function countRows(folder: string, destination: string): Promise<number> {
  if (destination === "sqlite") {
    const place = pipeline({ pipelineName: "memory", destination, projectDirectory: folder });
    return Number((await place.query("SELECT count(DISTINCT id) FROM rows")).rows[0]![0]);
  }
  let lines = 0;
  const table = join(folder, "memory_data");
  for (const path of await filesBelow(table)) {
    if (!path.includes("/rows/")) continue;
    using file = await Deno.open(path);
    for await (const bytes of file.readable) for (const byte of bytes) if (byte === 10) lines++;
  }
  return lines;
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found;
}
