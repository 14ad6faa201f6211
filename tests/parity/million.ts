/**
 * A run over a million rows of all kinds, in four tables: the same counts and the same checksums per table.
 * @module
 */
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import { Configuration, pipeline, type RestApiConfig, restApiSource } from "../../mod.ts";
import type { JsonObject } from "../../pipeline/json.ts";
import { checksums, differences } from "../../bench/loaded.ts";
import { runPlan } from "./dlt_side.ts";
import type { Environment } from "./environment.ts";
import { Invent } from "./invent.ts";
import { DATASET, PIPELINE } from "./sluice_side.ts";

const RECORDS = 286_000;
const PAGE_RECORDS = 2000;

/** What the run came to. */
export interface Million {
  /** Rows per table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
}

function recordText(index: number): string {
  const invent = new Invent(index + 1);
  const lines = invent.some(2, (line) => ({
    sku: invent.hex(8),
    qty: 1 + invent.below(5),
    price: invent.amount(500),
    parts: invent.some(1, () => ({ code: invent.hex(4), ok: invent.chance(50) })),
    note: line === 1 ? null : invent.name(),
  }));
  return JSON.stringify({
    _dlt_id: `r${index}`,
    id: index,
    seenAt: `2024-03-01T${String(invent.below(24)).padStart(2, "0")}:15:${
      String(invent.below(60)).padStart(2, "0")
    }Z`,
    name: invent.name(),
    score: invent.below(1e6) / 128 + 0.25,
    active: invent.chance(50),
    odd: invent.one([null, 5, "5", "five", 5.5, true]),
    address: { city: invent.name(), zip: String(invent.below(99_999)) },
    tags: invent.some(2, () => invent.hex(3)),
    lines,
  });
}

function servePages(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    const page = Number(url.searchParams.get("page") ?? 0);
    const first = page * PAGE_RECORDS;
    const count = Math.min(PAGE_RECORDS, RECORDS - first);
    const headers = new Headers({ "content-type": "application/json" });
    if (first + count < RECORDS) {
      headers.set("link", `<${url.origin}${url.pathname}?page=${page + 1}>; rel="next"`);
    }
    const records = Array.from({ length: count }, (_, index) => recordText(first + index));
    return new Response(`[${records.join(",")}]`, { headers });
  });
}

function configAt(base: string): JsonObject {
  const endpoint = { path: "rows", data_selector: "$", paginator: "header_link" };
  return { client: { base_url: base }, resources: [{ name: "items", endpoint }] };
}

/** Loads the rows with both and compares what is in the databases. */
export async function loadMillion(python: Environment, folder: string): Promise<Million> {
  const server = servePages();
  try {
    await Deno.mkdir(folder, { recursive: true });
    const config = configAt(`http://127.0.0.1:${server.addr.port}/`);
    const database = join(folder, "dlt.sqlite");
    const case_ = { name: "million", folder: join(folder, "work"), via: "rest", destination: "sqlite" };
    await runPlan(python, [{ ...case_, database, dump: false, runs: [{ number: 0, config }] }], folder);
    await loadWithSluice(config, folder);
    return compareDatabases(database, join(folder, "sluice.sqlite"));
  } finally {
    await server.shutdown();
  }
}

async function loadWithSluice(config: JsonObject, folder: string): Promise<void> {
  await pipeline({
    pipelineName: PIPELINE,
    datasetName: DATASET,
    projectDirectory: folder,
    destinationParameters: { credentials: `sqlite:///${join(folder, "sluice.sqlite")}` },
    configuration: await Configuration.load({ projectDirectory: folder, env: {} }),
  }).run(restApiSource(config as unknown as RestApiConfig, { name: PIPELINE }));
}

function compareDatabases(dlt: string, sluice: string): Million {
  using left = new DatabaseSync(dlt, { readOnly: true });
  using right = new DatabaseSync(sluice, { readOnly: true });
  // The ids of rows are told, so that they are the same on both sides.
  const [theirs, ours] = [left, right].map((database) => checksums(database, ["_dlt_load_id"]));
  const rows = Object.fromEntries([...ours].map(([name, { rows }]) => [name, rows]));
  return { rows, differences: differences(theirs, ours) };
}
