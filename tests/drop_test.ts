/**
 * Dropping resources through the library's parts: what goes with what, that a failure leaves everything, and
 * that two sources in one pipeline are told apart.
 * @module
 */
import assert from "assert";
import { openDestination } from "../destinations/mod.ts";
import { Configuration, defineSource, type Destination, type JsonObject, pipeline } from "../mod.ts";
import type { Session } from "../pipeline/destination.ts";
import { dropResources, type DropSelection, planDrop } from "../pipeline/drop.ts";
import { placeText, removePlaces, statePlaces } from "../pipeline/drop_state.ts";
import { readState } from "../pipeline/state.ts";

/** A source with one resource that has children and a cursor. */
const source = (name: string, table: string) =>
  defineSource({
    name,
    parameters: {},
    build: () => ({
      client: { base_url: "https://pets.example" },
      resources: [{
        name: "cats",
        table_name: table,
        primary_key: "id",
        write_disposition: "merge",
        incremental: { cursor_path: "seen", initial_value: 0 },
        records: async function* () {
          yield [{ id: 1, seen: 5, tags: [{ names: ["a"] }] }] as JsonObject[];
        },
      }],
    }),
  })();

interface Opened {
  readonly folder: string;
  readonly destination: Destination;
  readonly session: Session;
  tables(): Promise<string[]>;
  cursors(schemaName: string): Promise<string[]>;
  target(schemaName: string): Parameters<typeof planDrop>[0];
}

/** A dataset that two sources of one pipeline loaded. */
async function withTwoSources(use: (opened: Opened) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_drop_" });
  try {
    const pets = pipeline({ pipelineName: "pets", projectDirectory: folder });
    await pets.run(source("home", "house_cats"));
    await pets.run(source("wild", "wild_cats"));
    const configuration = await Configuration.load({ projectDirectory: folder, env: {} });
    const context = { pipelineName: "pets", datasetName: "pets_dataset", workingDirectory: folder };
    const { destination, session } = await openDestination("sqlite", { configuration, context });
    await using _session = session;
    const header = (schemaName: string) => ({ ...context, schemaName, destination: destination.name });
    await use({
      folder,
      destination,
      session,
      tables: async () => {
        const sql =
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '^_dlt%' ESCAPE '^'";
        return (await session.query(sql)).rows.map(([name]) => String(name)).sort();
      },
      cursors: async (schemaName) => {
        const { state } = await session.stored("pets", schemaName);
        const { sources } = readState(state, header(schemaName)) as { sources: Record<string, JsonObject> };
        return Object.keys(sources[schemaName]?.resources ?? {});
      },
      target: (schemaName) => ({ header: header(schemaName), destination, session }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CATS: DropSelection = { resources: ["cats"] };
const HOME = ["house_cats", "house_cats__tags", "house_cats__tags__names"];
const WILD = ["wild_cats", "wild_cats__tags", "wild_cats__tags__names"];

Deno.test("dropResources() drops the tables and the state of one source, and leaves those of another", async () => {
  await withTwoSources(async ({ target, tables, cursors }) => {
    assert.deepEqual(await tables(), [...HOME, ...WILD]);
    const plan = await dropResources(target("home"), CATS);
    assert.deepEqual(plan, { resources: ["cats"], tables: HOME, states: ["cats"], statePaths: [] });
    assert.deepEqual(await tables(), WILD);
    assert.deepEqual([await cursors("home"), await cursors("wild")], [[], ["cats"]]);
  });
});

Deno.test("planDrop() changes nothing, and dropping twice has nothing left to name", async () => {
  await withTwoSources(async ({ target, tables, session }) => {
    const before = await session.stored("pets", "wild");
    assert.deepEqual((await planDrop(target("wild"), { resources: ["re:c.t"] })).tables, WILD);
    assert.deepEqual(await session.stored("pets", "wild"), before);
    await dropResources(target("wild"), CATS);
    assert.deepEqual(await tables(), HOME);
    await assert.rejects(planDrop(target("wild"), CATS), { code: "unknown-resource" });
    assert.deepEqual(await planDrop(target("wild"), { resources: [], all: true }), {
      resources: [],
      tables: [],
      states: [],
      statePaths: [],
    });
  });
});

Deno.test("dropResources() leaves everything where the destination fails before it publishes", async () => {
  await withTwoSources(async ({ target, tables, cursors, session }) => {
    const failing: Session = {
      location: session.location,
      stored: (...names) => session.stored(...names),
      hasLoad: (loadId) => session.hasLoad(loadId),
      query: (sql) => session.query(sql),
      async begin(load) {
        const begun = await session.begin(load);
        return {
          migrate: (tables) => begun.migrate(tables),
          write: (batch) => begun.write(batch),
          // A row that cannot be stored stands for any failure once the tables are dropped.
          drop: (tables) => begun.drop(tables),
          truncate: (tables) => begun.truncate(tables),
          publish: (publication) => begun.publish({ ...publication, schemaVersionHash: {} as string }),
          [Symbol.asyncDispose]: () => begun[Symbol.asyncDispose](),
        };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    await assert.rejects(dropResources({ ...target("home"), session: failing }, CATS));
    assert.deepEqual(await tables(), [...HOME, ...WILD]);
    assert.deepEqual(await cursors("home"), ["cats"]);
  });
});

Deno.test("planDrop() refuses a destination that cannot drop tables", async () => {
  await withTwoSources(async ({ target, destination }) => {
    const { dropsTables: _dropsTables, ...capabilities } = destination.capabilities;
    const other = { ...destination, capabilities };
    await assert.rejects(planDrop({ ...target("home"), destination: other }, CATS), { code: "cannot-drop" });
  });
});

Deno.test("removePlaces() removes what statePlaces() finds, and nothing else", () => {
  const state = () => ({
    token: "x",
    pages: [1, 2, 3, 4],
    "odd key": { a: 1, b: [{ c: 1 }, { c: 2 }] },
    resources: { cats: { incremental: {} } },
  });
  const { token: _, ...withoutToken } = state();
  const cases: readonly (readonly [string[], string[], JsonObject])[] = [
    [["token"], ["token"], withoutToken],
    [["$.token", "token"], ["token"], withoutToken],
    [["pages[0,2]"], ["pages[0]", "pages[2]"], { ...state(), pages: [2, 4] }],
    [["pages[-1]", "pages[0]"], ["pages[3]", "pages[0]"], { ...state(), pages: [2, 3] }],
    [["'odd key'.b[*].c"], ['["odd key"].b[0].c', '["odd key"].b[1].c'], {
      ...state(),
      "odd key": { a: 1, b: [{}, {}] },
    }],
    // What is remembered of resources is dropped by their names.
    [["*"], ["token", "pages", '["odd key"]'], { resources: state().resources }],
    [["resources.cats"], ["resources.cats"], { ...state(), resources: {} }],
    [["pages", "pages[1]"], ["pages", "pages[1]"], (({ pages: _, ...rest }) => rest)(state())],
  ];
  for (const [paths, places, left] of cases) {
    const changed: JsonObject = state();
    const found = statePlaces(changed, paths);
    assert.deepEqual(found.map(placeText), places);
    removePlaces(changed, found);
    assert.deepEqual(changed, left);
  }
  for (const path of ["resources", "$", "nothing", "pages[9]"]) {
    assert.throws(() => statePlaces(state(), [path]), { code: "unknown-state-path" });
  }
});
