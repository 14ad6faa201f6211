/**
 * Loading a configuration from an imitation into SQLite in a folder of its own, and comparing tables with the
 * truth. Holds no tests itself.
 * @module
 */
import assert from "assert";
import {
  type LoadInfo,
  pipeline,
  type RestApiConfig,
  restApiSource,
  type RunOptions,
  type Source,
} from "../../mod.ts";
import type { Imitation, SeenRequest } from "../../simulator/imitations/mod.ts";
import { assertTableHolds } from "../table_truth.ts";

/** Methods, paths and queries of requests, e.g. `GET /issues?page=2`. */
export function lines(requests: readonly SeenRequest[]): string[] {
  return requests.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`);
}

/** A folder with a pipeline into SQLite. */
export interface Workplace extends AsyncDisposable {
  /** Loads a configuration, or a source, and returns what it took. */
  // deno-lint-ignore no-explicit-any -- each source has parameters of its own
  load(source: RestApiConfig | Source<any>, options?: RunOptions): Promise<LoadInfo>;
  /** Asserts that a table and its children hold exactly these records; returns how many. */
  holds(table: string, truth: readonly object[], key: string, ignore?: RegExp): Promise<number>;
  query(sql: string): Promise<unknown[][]>;
}

/** Sets one up for a source of this name. */
export async function workplace(name: string): Promise<Workplace> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_imitation_" });
  const open = () => pipeline({ pipelineName: name, datasetName: name, projectDirectory: folder });
  const query = async (sql: string) => (await open().query(sql)).rows as unknown[][];
  return {
    query,
    load: (source, options) =>
      open().run("definition" in source ? source : restApiSource(source, { name }), options),
    async holds(table, truth, key, ignore) {
      const [[schema]] = await query("SELECT schema FROM _dlt_version ORDER BY version DESC LIMIT 1");
      const tables = Object.keys(JSON.parse(String(schema)).tables).filter((each) =>
        !each.startsWith("_dlt")
      );
      const texts = truth.map((record) => JSON.stringify(record));
      return await assertTableHolds(open(), table, texts, { tables, key: [key], ignore });
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Asserts that an imitation answered every request. */
export function assertAllAnswered({ requests }: Imitation<unknown>): void {
  assert.deepEqual(requests.filter(({ status }) => status >= 400), []);
}
