/**
 * `schema` and `schema diff` as a user meets them.
 * @module
 */
import assert from "assert";
import { parse } from "yaml";
import { runCommands } from "./command_driver.ts";
import { withWorkplace } from "./cli_commands.ts";

const source = (records: string) => `
import { defineSource } from "@sluice/sluice";
export default defineSource({
  name: "pets",
  pipelineName: "pets",
  parameters: {},
  build: () => ({ resources: [{ name: "cats", records: async function* () { yield ${records}; } }] }),
});
`;

Deno.test("schema shows what was loaded, and schema diff what changed", () =>
  withWorkplace({
    files: {
      "one.ts": source("[{ id: 1 }]"),
      "two.ts": source("[{ id: 2, name: 'Tom', toys: [{ price: 1.5 }] }]"),
    },
  }, async ({ folder: cwd }) => {
    const results = await runCommands([
      ["schema"],
      ["run", "./one.ts"],
      ["schema", "diff"],
      ["run", "./two.ts"],
      ["run", "./two.ts"],
      ["schema", "--no-system"],
      ["schema", "pets", "--json"],
      ["schema", "--format", "typescript", "--no-system"],
      ["schema", "diff"],
      ["schema", "diff", "--to", "2"],
      ["schema", "diff", "pets", "--from", "1", "--json"],
      ["schema", "diff", "--from", "7"],
      ["schema", "--schema-name", "pest"],
      ["schema", "pets", "--pipeline-name", "dogs"],
      ["schema", "--format", "xml"],
    ].map((args) => ({ cwd, args })));
    assert.deepEqual(results.map(({ code }) => code), [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
    const [none, , first, , , yaml, json, types, nothing, second, changes, noVersion, noSchema, two] =
      results;
    assert.match(none.err, /run the pipeline first|--pipeline-name/);
    assert.match(
      first.out,
      /^Schema pets: nothing → version 1, load package .*\n\+ table cats\n {2}\+ column id bigint\n/,
    );
    assert.deepEqual(Object.keys(parse(yaml.out).tables), ["cats", "cats__toys"]);
    assert.match(yaml.err, /^schema pets, version 2 of .*, from sqlite:/);
    assert.ok(JSON.parse(json.out).tables._dlt_loads);
    assert.match(types.out, /export interface CatsToys \{/);
    assert.match(nothing.out, /version 2 → version 2, load package .*\nnothing changed\n/);
    assert.match(
      second.out,
      /version 1 → version 2\n~ table cats\n {2}\+ column name text\n\+ table cats__toys/,
    );
    const { ok, from, to, changes: list } = JSON.parse(changes.out);
    assert.deepEqual([ok, from.version, to.version], [true, 1, 2]);
    assert.deepEqual(list[0], {
      change: "added",
      table: "cats",
      column: "name",
      hints: { data_type: "text", nullable: true },
    });
    assert.match(noVersion.err, /Cannot find version "7"[\s\S]*give one of 1, 2/);
    assert.match(noSchema.err, /did you mean "pets"/);
    assert.match(two.err, /Cannot show two pipelines/);
  }));
