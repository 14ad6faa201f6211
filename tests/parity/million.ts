/**
 * A run over a million rows of all kinds, in four tables: the same counts and the same checksums per table.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import { Configuration, pipeline, type RestApiConfig, restApiSource } from "../../mod.ts";
import type { JsonObject } from "../../pipeline/json.ts";
import { SYSTEM_TABLES } from "../../pipeline/schema.ts";
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

interface Sum {
  readonly rows: number;
  readonly checksum: string;
}

function compareDatabases(dlt: string, sluice: string): Million {
  const [left, right] = [checksums(dlt), checksums(sluice)];
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  const differences = names.flatMap((name) => {
    const [a, b] = [left.get(name), right.get(name)];
    if (a?.rows !== b?.rows) return [`${name}: dlt ${a?.rows ?? 0} rows, Sluice ${b?.rows ?? 0}`];
    return a!.checksum === b!.checksum ? [] : [`${name}: other checksums`];
  });
  return { rows: Object.fromEntries(names.map((name) => [name, right.get(name)?.rows ?? 0])), differences };
}

function checksums(file: string): Map<string, Sum> {
  const database = new DatabaseSync(file, { readOnly: true });
  const system: readonly string[] = Object.values(SYSTEM_TABLES);
  try {
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      .map(({ name }: Record<string, unknown>) => String(name)).filter((name: string) =>
        !system.includes(name)
      );
    return new Map(names.map((name: string) => [name, checksum(database, name)]));
  } finally {
    database.close();
  }
}

/** The sum of all rows' digests, which the order of rows does not change. */
function checksum(database: DatabaseSync, table: string): Sum {
  const columns = database.prepare(`PRAGMA table_info("${table}")`).all()
    .map(({ name }: Record<string, unknown>) => String(name))
    .filter((name: string) => name !== "_dlt_load_id").sort();
  const statement = database.prepare(
    `SELECT ${columns.map((name: string) => `"${name}"`).join(", ")} FROM "${table}"`,
  );
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  let rows = 0;
  let sum = 0n;
  for (const row of statement.iterate() as unknown as Iterable<unknown[]>) {
    const text = row.map((value) => `${typeof value} ${value}`).join("\n");
    sum += createHash("sha256").update(text).digest().readBigUInt64LE();
    rows++;
  }
  return { rows, checksum: `${columns.join()} ${sum % 2n ** 64n}` };
}
