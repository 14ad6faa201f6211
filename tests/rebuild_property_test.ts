/**
 * What went in can be rebuilt from the tables, nulls and empty containers aside, and the size of pages changes
 * nothing: through whole runs.
 * @module
 */
import assert from "assert";
import property from "property";
import { Configuration, defineSource, type JsonObject, type JsonValue, pipeline } from "../mod.ts";

type Row = Record<string, string | number | null>;
type Tables = ReadonlyMap<string, { readonly columns: string[]; readonly rows: Row[] }>;

/** Loads records in pages of a size, and reads all tables of data. */
async function load(records: readonly JsonObject[], pageSize: number): Promise<Tables> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_rebuild_" });
  try {
    const place = pipeline({
      pipelineName: "rebuild",
      projectDirectory: folder,
      destinationParameters: { credentials: `sqlite:///${folder}/rebuild.db` },
      configuration: await Configuration.load({ projectDirectory: folder, env: {} }),
    });
    const pages = async function* () {
      for (let at = 0; at < records.length; at += pageSize) yield records.slice(at, at + pageSize);
    };
    await place.run(defineSource("rebuild", {}, () => [{ name: "t", records: pages }])());
    const names = await place.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    const tables = new Map();
    for (const name of names.rows.flat().map(String).filter((name) => !name.startsWith("_dlt"))) {
      const { columns, rows } = await place.query(`SELECT * FROM "${name}" ORDER BY rowid`);
      const named = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
      tables.set(name, { columns, rows: named });
    }
    return tables;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Records out of tables. Keys have no `__`, so that each name says where its value was. */
class Rebuilding {
  readonly #tables: Tables;
  readonly #children = new Map<string, Row[]>();

  constructor(tables: Tables) {
    this.#tables = tables;
    for (const [name, { rows }] of tables) {
      for (const row of rows) {
        const key = `${name} of ${row._dlt_parent_id}`;
        this.#children.set(key, [...this.#children.get(key) ?? [], row]);
      }
    }
  }

  records(): JsonValue[] {
    return (this.#tables.get("t")?.rows ?? []).map((row) => this.#record("t", row));
  }

  #record(table: string, row: Row): JsonObject {
    const record: JsonObject = {};
    for (const [name, value] of Object.entries(row)) {
      if (value !== null && !name.startsWith("_dlt_")) put(record, name.split("__"), ofColumn(name, value));
    }
    for (const child of this.#tables.keys()) {
      const path = child.slice(table.length + 2);
      const items = this.#children.get(`${child} of ${row._dlt_id}`);
      if (child.startsWith(`${table}__`) && items) {
        put(record, path.split("__"), this.#items(child, items));
      }
    }
    return record;
  }

  #items(table: string, rows: Row[]): JsonValue[] {
    const items = rows.toSorted((one, other) => Number(one._dlt_list_idx) - Number(other._dlt_list_idx));
    assert.deepEqual(items.map(({ _dlt_list_idx: index }) => index), items.map((_, index) => index));
    return items.map((row) => {
      const record = this.#record(table, row);
      if (/__(ints|list)$/.test(table)) return record.value ?? null;
      return table.endsWith("__lists") ? record.list ?? [] : record;
    });
  }
}

function put(record: JsonObject, [key, ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length) put((record[key] ??= {}) as JsonObject, rest, value);
  else record[key] = value;
}

function ofColumn(name: string, value: string | number): JsonValue {
  return name.split("__").at(-1) === "flag" ? value === 1 : value;
}

/** A record as tables can hold it: without nulls and without objects and lists that hold nothing. */
function heldBy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(heldBy);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value as JsonObject).map(([key, each]) => [key, heldBy(each)] as const);
  return Object.fromEntries(entries.filter(([, each]) => !isNothing(each)));
}

function isNothing(value: JsonValue): boolean {
  return value === null || (typeof value === "object" && Object.keys(value as object).length === 0);
}

const integer = property.integer();
const scalars = {
  int: property.option(integer),
  // No text that reads as a date, which a column would take for one.
  text: property.option(property.stringMatching(/^[a-zß€😀 "'\\]{0,6}$/u)),
  float: property.option(property.integer().map((value) => value + 0.5)),
  flag: property.option(property.boolean()),
  ints: property.array(property.option(integer), { maxLength: 3 }),
  lists: property.array(property.array(integer, { maxLength: 2 }), { maxLength: 3 }),
};

/** Objects with every kind of value, so deep at most. */
function shape(depth: number): property.Arbitrary<JsonObject> {
  const below = depth > 0 &&
    { inner: property.option(shape(depth - 1)), items: property.array(shape(depth - 1), { maxLength: 2 }) };
  return property.record<JsonObject>({ ...scalars, ...below } as never, {
    requiredKeys: [],
    noNullPrototype: true,
  });
}

Deno.test("run() loses nothing that was in the records, whatever the size of pages", async () => {
  await property.assert(
    property.asyncProperty(
      property.array(shape(2), { maxLength: 6 }),
      property.integer({ min: 1, max: 5 }),
      async (records, pageSize) => {
        const tables = await load(records, pageSize);
        assert.deepEqual(new Rebuilding(tables).records(), records.map(heldBy));
        const whole = await load(records, 100);
        const columnsOf = (tables: Tables) => [...tables].map(([name, { columns }]) => [name, columns]);
        assert.deepEqual(columnsOf(tables), columnsOf(whole));
        assert.deepEqual(new Rebuilding(whole).records(), records.map(heldBy));
      },
    ),
    { numRuns: 15 },
  );
});
