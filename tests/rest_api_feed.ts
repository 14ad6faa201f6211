/**
 * What tests of cursors share: lists that know `since`, served in pages, and the pipeline's state. Holds no tests
 * itself.
 * @module
 */
import { inflateSync } from "node:zlib";
import { Configuration, type JsonObject, parseJson, pipeline } from "../mod.ts";
import type { ApiRequest } from "./rest_api_scene.ts";

/** A record of a feed. */
// deno-lint-ignore no-explicit-any -- tests put anything into records
export type FeedRecord = Record<string, any>;

/** How a feed is served. */
export interface FeedOptions {
  /** The cursor's field. */
  readonly field?: string;
  /** Records of a page. */
  readonly size?: number;
}

/**
 * Answers for a list: records whose field is at or after the parameter `since`, in the order of the list, in pages
 * that follow each other by a link in `next`.
 */
export function feed(
  records: readonly FeedRecord[],
  { field = "at", size = 100 }: FeedOptions = {},
): (request: ApiRequest) => unknown {
  return ({ path }) => {
    const url = new URL(path, "http://feed.test");
    const since = url.searchParams.get("since");
    const from = Number(url.searchParams.get("from") ?? 0);
    const wanted = records.filter((record) => since === null || String(record[field]) >= since);
    if (from + size >= wanted.length) return { data: wanted.slice(from), next: null };
    url.searchParams.set("from", String(from + size));
    return { data: wanted.slice(from, from + size), next: url.pathname + url.search };
  };
}

/** The state of the scene's pipeline below `sources.rest_api.resources`. */
export async function stateOf(folder: string): Promise<Record<string, JsonObject>> {
  const configuration = await Configuration.load({
    projectDirectory: folder,
    env: {},
    machineFolder: `${folder}/machine`,
  });
  const place = pipeline({
    pipelineName: "scene",
    datasetName: "scene",
    projectDirectory: folder,
    configuration,
  });
  const { rows } = await place.query("SELECT state FROM _dlt_pipeline_state ORDER BY version DESC LIMIT 1");
  const text = String(rows[0]?.[0]);
  const state = parseJson(inflateSync(Uint8Array.fromBase64(text)).toString());
  // deno-lint-ignore no-explicit-any -- a document whose layout is what tests look at
  return (state as any).sources?.rest_api.resources ?? {};
}
