/** The pipeline state as a document. @module */
import assert from "assert";
import { deflateSync, inflateSync } from "node:zlib";
import { type JsonObject, parseJson, stringifyJson } from "../pipeline/json.ts";
import {
  keepResourceState,
  readState,
  resetResourceState,
  resourceState,
  type StateHeader,
  stateRow,
} from "../pipeline/state.ts";

const HEADER: StateHeader = {
  pipelineName: "p",
  datasetName: "d",
  schemaName: "s",
  destination: "sqlite",
};

function stored(state: JsonObject): JsonObject {
  const text = stateRow(state)?.state;
  assert.ok(text !== undefined, "nothing changed");
  return parseJson(inflateSync(Uint8Array.fromBase64(text)).toString()) as JsonObject;
}

Deno.test("stateRow() stores no resource that remembers nothing", () => {
  const state = readState(undefined, HEADER);
  keepResourceState(state, "s", "a", resourceState(state, "s", "a"));
  const { sources, destination_type, destination_name, staging_type } = stored(state);
  assert.deepEqual([sources, staging_type], [undefined, undefined]);
  assert.deepEqual([destination_type, destination_name], ["dlt.destinations.sqlalchemy", null]);
});

for (const name of ["items", "__proto__", "constructor"]) {
  Deno.test(`keepResourceState() keeps what "${name}" remembers until it is reset`, () => {
    const state = readState(undefined, HEADER);
    keepResourceState(state, name, name, { seen: 1 });
    assert.deepEqual(resourceState(state, name, name), { seen: 1 });
    const again = readState(stateRow(state)!.state, HEADER);
    assert.deepEqual(resourceState(again, name, name), { seen: 1 });
    resetResourceState(again, name, name);
    assert.deepEqual(resourceState(again, name, name), {});
    assert.deepEqual(Object.keys(again.sources as JsonObject), [name]);
  });
}

Deno.test("readState() opens what earlier versions wrote, and keeps its cursors", () => {
  const cursor = { last_value: 5, unique_hashes: ["x"] };
  const resources = { a: {}, b: { incremental: { at: cursor } } };
  const old = {
    _state_version: 3,
    _version_hash: "old",
    _state_engine_version: 4,
    pipeline_name: "p",
    schema_names: ["other", "s"],
    destination_type: "sqlite",
    destination_name: "sqlite",
    staging_type: null,
    staging_name: null,
    sources: { s: { resources } },
  };
  const state = readState(deflateSync(stringifyJson(old)).toBase64(), HEADER);
  assert.deepEqual(resourceState(state, "s", "b"), resources.b);
  const { _state_version, schema_names, ...rest } = stored(state);
  assert.deepEqual([_state_version, schema_names], [4, ["other", "s"]]);
  assert.deepEqual(Object.keys(rest).filter((key) => key.startsWith("staging")), []);
  assert.deepEqual((rest.sources as JsonObject).s, { resources });
});
