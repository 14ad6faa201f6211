/**
 * Configurations in the style of dlt's, run unchanged against small imitations: tests/style_configs.ts.
 * @module
 */
import assert from "assert";
import { type AnyConfig, type Row, withApi } from "./rest_api_scene.ts";
import { STYLED } from "./style_configs.ts";

/** The same configuration with the imitation's address in place of the API's. */
function at(base: string, config: AnyConfig): AnyConfig {
  const base_url = config.client.base_url.replace(/^https:\/\/[^/]+/, base);
  return { ...config, client: { ...config.client, base_url } };
}

const byText = (rows: readonly Row[]) =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted();

for (const [title, { config, answers, requests, tables: expected }] of Object.entries(STYLED)) {
  Deno.test(`run() loads ${title}`, async () => {
    await withApi(answers, async (api) => {
      const { tables } = await api.load(at(api.base, config));
      assert.deepEqual(api.lines().toSorted(), requests);
      for (const [name, rows] of Object.entries(expected)) {
        assert.deepEqual(byText(tables[name]!), byText(rows), name);
      }
      const others = Object.keys(tables).filter((name) => !(name in expected) && tables[name]!.length > 0);
      assert.deepEqual(others, []);
    });
  });
}
