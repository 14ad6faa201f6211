/**
 * Under any contract and any records, the tables are those of the run that evolves, less what the contract keeps
 * out: worked out from that run's rows, by nothing but the rules.
 * @module
 */
import assert from "assert";
import property from "property";
import { Naming, parseJson, type SchemaContract, SluiceError, stringifyJson } from "../mod.ts";
import { type Contract, Contracts, spelledOut } from "../pipeline/contracts.ts";
import { Discards } from "../pipeline/discards.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import { Normalizer } from "../pipeline/normalize.ts";
import { Schema } from "../pipeline/schema.ts";
import { type KnownColumns, knownColumns } from "../pipeline/schema_changes.ts";
import { CONTRACT_MODES, type SqlValue } from "../pipeline/schema_types.ts";

type Row = Record<string, SqlValue>;
type Tables = Map<string, Row[]>;

interface Outcome {
  /** Undefined where the contract was violated. */
  readonly tables?: Tables;
  readonly discarded: ReturnType<Discards["counts"]>;
  readonly kept: Row[];
}

/** Loads a first batch that may do anything, then one under a contract. */
function load(before: readonly JsonValue[], records: readonly JsonValue[], contract: SchemaContract): {
  known: KnownColumns;
  outcome: Outcome;
} {
  const schema = new Schema("test");
  schema.tables.set("t", { name: "t", columns: new Map() });
  normalise(schema, before, "1");
  const known = knownColumns(schema);
  schema.settings.schema_contract = contract as JsonValue;
  return { known, outcome: normalise(schema, records, "2") };
}

function normalise(schema: Schema, records: readonly JsonValue[], loadId: string): Outcome {
  const tables: Tables = new Map();
  const sink = (
    { table, rows }: { table: { name: string; columns: Map<string, unknown> }; rows: SqlValue[][] },
  ) => {
    const names = [...table.columns.keys()];
    const named = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])));
    tables.set(table.name, [...tables.get(table.name) ?? [], ...named]);
  };
  const filling = { schema, naming: new Naming(), loadId, batchRows: 3, sink };
  const discards = new Discards(filling);
  discards.keeping = { resource: "r", table: "kept" };
  const contracts = new Contracts(schema, knownColumns(schema));
  const normalizer = new Normalizer({ ...filling, rules: { contracts, discards } });
  try {
    for (const record of records) normalizer.add("t", parseJson(stringifyJson(record)), { rootKey: false });
  } catch (error) {
    assert(error instanceof SluiceError && error.code === "schema-contract", String(error));
    return { discarded: {}, kept: [] };
  }
  normalizer.flush();
  discards.flush();
  const kept = tables.get("kept") ?? [];
  tables.delete("kept");
  return { tables, discarded: discards.counts(), kept };
}

/** What the contract leaves of the rows of a run that evolves. */
class Expectation {
  readonly rows: Tables = new Map();
  isFrozen = false;
  discardedRows = 0;
  discardedValues = 0;

  constructor(evolved: Tables, known: KnownColumns, contract: Contract) {
    const gone = new Set<SqlValue>();
    // By name, parents come before their children.
    for (const [table, rows] of [...evolved].sort(([one], [other]) => one < other ? -1 : 1)) {
      const isNew = !known.get(table)?.size;
      for (const row of rows) {
        if (gone.has(row._dlt_parent_id)) {
          gone.add(row._dlt_id);
          continue;
        }
        const modes = Object.keys(row).filter((name) => row[name] !== null && !name.startsWith("_dlt"))
          .filter((name) => !known.get(table)?.has(name))
          .map((
            name,
          ) => [name, name.includes("__v_") ? contract.data_type : isNew ? "evolve" : contract.columns]);
        const all = [...modes.map(([, mode]) => mode), ...(isNew ? [contract.tables] : [])];
        this.isFrozen ||= all.includes("freeze");
        if (all.includes("discard_row") || (isNew && contract.tables === "discard_value")) {
          gone.add(row._dlt_id);
          this.discardedRows++;
          continue;
        }
        const values = modes.filter(([, mode]) => mode === "discard_value").map(([name]) => name);
        this.discardedValues += values.length;
        const left = Object.fromEntries(Object.entries(row).filter(([name]) => !values.includes(name)));
        this.rows.set(table, [...this.rows.get(table) ?? [], left]);
      }
    }
  }
}

/** What a row says: nulls are nothing. */
function said(tables: Tables): Record<string, JsonObject[]> {
  const plain = [...tables].map(([name, rows]): [string, JsonObject[]] => [
    name,
    rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as JsonObject
    ),
  ]);
  return Object.fromEntries(plain.filter(([, rows]) => rows.length));
}

const integer = property.integer({ min: 0, max: 9 });
const mixed = property.oneof(integer, property.constant("x"), property.constant(null));
const optional = <T>(fields: Record<string, property.Arbitrary<T>>) =>
  property.record<Record<string, T>>(fields as never, { requiredKeys: [] });
const item = optional<unknown>({
  k: integer,
  v: mixed,
  n: integer,
  m: property.array(integer, { maxLength: 2 }),
});
const records = property.array(
  optional<unknown>({
    k: integer,
    v: mixed,
    n: integer,
    o: optional<unknown>({ p: integer, q: property.option(integer) }),
    l: property.array(item, { maxLength: 3 }),
    z: property.array(optional<unknown>({ q: integer, y: property.array(integer, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
  }),
  { maxLength: 8 },
).map((rows) => rows.map((row, index) => ({ ...row, _dlt_id: `row ${index}` } as unknown as JsonValue)));
const mode = property.constantFrom(...CONTRACT_MODES);
const contracts: property.Arbitrary<SchemaContract> = property.oneof(
  mode,
  property.record({ tables: mode, columns: mode, data_type: mode }, { requiredKeys: [] }),
);

Deno.test("a load under a contract leaves the tables of one that evolves, less what the contract keeps out", () => {
  // Types are settled before, so that a row that is kept out cannot decide one.
  const first = { _dlt_id: "first", k: 1, v: 1, o: { p: 1 }, l: [{ k: 1, v: 1 }] };
  const more = property.constantFrom<JsonValue[]>([], [{ v: "x" }], [{ l: [{ m: [1], v: "x" }] }], [{
    z: [{}],
  }]);
  property.assert(
    property.property(more, records, contracts, (more, records, contract) => {
      const before = [first, ...more];
      const evolved = load(before, records, "evolve");
      const { outcome } = load(before, records, contract);
      const expected = new Expectation(evolved.outcome.tables!, evolved.known, spelledOut(contract));
      assert.equal(outcome.tables === undefined, expected.isFrozen);
      if (!outcome.tables) return;
      assert.deepEqual(said(outcome.tables), said(expected.rows));
      const total = (what: "rows" | "values") =>
        Object.values(outcome.discarded).reduce((sum, each) => sum + each[what], 0);
      assert.equal(total("rows"), expected.discardedRows);
      assert.equal(total("values"), expected.discardedValues);
      assert.equal(outcome.kept.length, expected.discardedRows + expected.discardedValues);
    }),
    { numRuns: 400 },
  );
});
