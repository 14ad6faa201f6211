/**
 * What a table holds after one load and the next, by write disposition: through whole runs into SQLite.
 * @module
 */
import assert from "assert";
import { SluiceError, type SqlRow } from "../mod.ts";
import { type Rows, RowsBench, type Settings } from "./rows_bench.ts";

interface WriteCase {
  readonly name: string;
  readonly settings: Settings;
  readonly batches: readonly Rows[];
  /** Answers by query. */
  readonly expect: Readonly<Record<string, SqlRow[]>>;
}

const merge = (strategy?: string, more: object = {}): Settings["write_disposition"] =>
  ({ disposition: "merge", ...(strategy && { strategy }), ...more }) as Settings["write_disposition"];
const ROWS = "SELECT id, v FROM t ORDER BY id, v";
const CHILDREN = "SELECT value FROM t__l ORDER BY value";
const DAYS = "SELECT day, id FROM t ORDER BY day, id";
const ORPHANS = "SELECT count(*) FROM t__l WHERE _dlt_parent_id NOT IN (SELECT _dlt_id FROM t)";

const CASES: readonly WriteCase[] = [
  {
    name: "append adds, also what is there",
    settings: { primary_key: "id" },
    batches: [[{ id: 1, v: "a" }], [{ id: 1, v: "b" }]],
    expect: { [ROWS]: [[1, "a"], [1, "b"]] },
  },
  {
    name: "replace empties the table and its children, also when a load brings nothing",
    settings: { write_disposition: "replace" },
    batches: [[{ id: 1, v: "a", l: [1] }], []],
    expect: { [ROWS]: [], [CHILDREN]: [] },
  },
  {
    name: "delete-insert replaces rows by primary key, with their children",
    settings: { write_disposition: "merge", primary_key: "id" },
    batches: [
      [{ id: 1, v: "a", l: [1, 2] }, { id: 2, v: "b", l: [3] }],
      [{ id: 2, v: "B", l: [9] }, { id: 3, v: "x", l: [7] }, { id: 3, v: "y" }],
    ],
    expect: { [ROWS]: [[1, "a"], [2, "B"], [3, "y"]], [CHILDREN]: [[1], [2], [9]], [ORPHANS]: [[0]] },
  },
  {
    name: "delete-insert leaves out rows that are marked as deleted, old and new",
    settings: { write_disposition: "merge", primary_key: "id", columns: { d: { hard_delete: true } } },
    batches: [
      [{ id: 1, v: "a", l: [1] }, { id: 2, v: "b", l: [2] }],
      [{ id: 1, d: true, l: [5] }, { id: 3, d: true, l: [6] }],
      [{ id: 2, d: false, v: "c", l: [4] }],
    ],
    expect: { [ROWS]: [[2, "c"]], [CHILDREN]: [[4]] },
  },
  {
    name: "delete-insert takes anything that is there for a mark of deletion, unless it is a boolean",
    settings: { write_disposition: "merge", primary_key: "id", columns: { d: { hard_delete: true } } },
    batches: [[{ id: 1 }, { id: 2 }, { id: 3 }], [{ id: 1, d: "2026-01-01T00:00:00Z" }, { id: 2, d: null }]],
    expect: { "SELECT id FROM t ORDER BY id": [[2], [3]] },
  },
  {
    name: "delete-insert removes a row whose last version in a load is marked as deleted",
    settings: { write_disposition: "merge", primary_key: "id", columns: { d: { hard_delete: true } } },
    batches: [[{ id: 1, v: "a", d: false }], [{ id: 1, v: "b", d: false }, { id: 1, v: "c", d: true }]],
    expect: { [ROWS]: [] },
  },
  {
    name: "delete-insert keeps the greatest by dedup_sort desc, whatever the order, with its children",
    settings: { write_disposition: "merge", primary_key: "id", columns: { n: { dedup_sort: "desc" } } },
    batches: [
      [{ id: 1, v: "old", n: 99, l: [0] }],
      [{ id: 1, v: "x", n: 9, l: [9] }, { id: 1, v: "y", n: 10, l: [10] }, { id: 1, v: "z", l: [1] }],
    ],
    expect: { [ROWS]: [[1, "y"]], [CHILDREN]: [[10]] },
  },
  {
    name: "delete-insert keeps the smallest by dedup_sort asc, and the last of equal ones",
    settings: { write_disposition: "merge", primary_key: "id", columns: { n: { dedup_sort: "asc" } } },
    batches: [[{ id: 1, v: "x", n: 2 }, { id: 1, v: "y", n: 1 }, { id: 1, v: "z", n: 1 }, {
      id: 1,
      v: "none",
    }]],
    expect: { [ROWS]: [[1, "z"]] },
  },
  {
    name: "delete-insert sorts decimals as numbers",
    settings: {
      write_disposition: "merge",
      primary_key: "id",
      columns: { n: { data_type: "decimal", dedup_sort: "desc" } },
    },
    batches: [[
      { id: 1, v: "x", n: "9.5" },
      { id: 1, v: "y", n: "10.25" },
      { id: 1, v: "z", n: "-11" },
      { id: 2, v: "x", n: "123456789012345678901" },
      { id: 2, v: "y", n: "123456789012345678902" },
    ]],
    expect: { [ROWS]: [[1, "y"], [2, "y"]] },
  },
  {
    name: "delete-insert chooses by dedup_sort before it looks for marks of deletion",
    settings: {
      write_disposition: "merge",
      primary_key: "id",
      columns: { n: { dedup_sort: "desc" }, d: { hard_delete: true } },
    },
    batches: [
      [{ id: 1, v: "a", n: 0 }, { id: 2, v: "b", n: 0 }],
      [
        { id: 1, n: 2, d: true },
        { id: 1, v: "x", n: 1, d: false },
        { id: 2, n: 1, d: true },
        { id: 2, v: "y", n: 2, d: false },
      ],
    ],
    expect: { [ROWS]: [[2, "y"]] },
  },
  {
    name: "delete-insert keeps all new rows where they are said to be deduplicated",
    settings: { write_disposition: merge("delete-insert", { deduplicated: true }), primary_key: "id" },
    batches: [[{ id: 1, v: "a" }], [{ id: 1, v: "b" }, { id: 1, v: "c" }]],
    expect: { [ROWS]: [[1, "b"], [1, "c"]] },
  },
  {
    name: "delete-insert replaces all rows of a merge key, and keeps all new ones",
    settings: { write_disposition: "merge", merge_key: "day" },
    batches: [[{ day: 1, id: 1 }, { day: 1, id: 2 }, { day: 2, id: 3 }], [{ day: 1, id: 9 }, {
      day: 1,
      id: 9,
    }]],
    expect: { [DAYS]: [[1, 9], [1, 9], [2, 3]] },
  },
  {
    name: "delete-insert removes rows that share the primary key or the merge key",
    settings: { write_disposition: "merge", primary_key: "id", merge_key: "day" },
    batches: [[{ day: 1, id: 1 }, { day: 1, id: 2 }, { day: 2, id: 3 }], [{ day: 1, id: 3 }]],
    expect: { [DAYS]: [[1, 3]] },
  },
  {
    name: "delete-insert tells rows by all of a composite key",
    settings: { write_disposition: "merge", primary_key: ["day", "id"] },
    batches: [[{ day: 1, id: 1 }, { day: 1, id: 2 }, { day: 2, id: 1 }], [{ day: 1, id: 1 }, {
      day: 3,
      id: 1,
    }]],
    expect: { [DAYS]: [[1, 1], [1, 2], [2, 1], [3, 1]] },
  },
  {
    name: "delete-insert keeps children of the new row where records bring their own row id",
    settings: { write_disposition: "merge", primary_key: "id" },
    batches: [[{ id: 1, v: "a", _dlt_id: "own", l: [1, 2] }], [{ id: 1, v: "b", _dlt_id: "own", l: [3] }]],
    expect: { [ROWS]: [[1, "b"]], [CHILDREN]: [[3]] },
  },
  {
    name: "upsert updates all columns, nulls too, and its list takes the place of the old one",
    settings: { write_disposition: merge("upsert"), primary_key: "id" },
    batches: [
      [{ id: 1, v: "a", l: [1, 2] }, { id: 2, v: "b" }],
      [{ id: 1, v: null, l: [5] }, { id: 3, v: "z" }],
    ],
    expect: { [ROWS]: [[1, null], [2, "b"], [3, "z"]], [CHILDREN]: [[5]], [ORPHANS]: [[0]] },
  },
  {
    name: "upsert gives rows the ids that dlt makes of their key",
    settings: { write_disposition: merge("upsert"), primary_key: ["k", "id"] },
    batches: [[{ id: 1, k: "a", l: [1] }], [{ k: "a", id: 1, v: 2, l: [2] }]],
    expect: {
      "SELECT _dlt_id FROM t": [["K3/B9mnWg8bo6A"]],
      "SELECT count(DISTINCT _dlt_id) FROM t__l": [[1]],
    },
  },
  {
    name: "upsert deletes rows that are marked, with their children, and adds none that are",
    settings: {
      write_disposition: merge("upsert"),
      primary_key: "id",
      columns: { d: { hard_delete: true } },
    },
    batches: [
      [{ id: 1, v: "a", l: [1] }, { id: 2, v: "b", l: [2] }],
      [{ id: 1, d: true, l: [1] }, { id: 3, d: true, l: [3] }],
    ],
    expect: { [ROWS]: [[2, "b"]], [CHILDREN]: [[2]] },
  },
  {
    name: "upsert applies rows of one key in order",
    settings: { write_disposition: merge("upsert"), primary_key: "id" },
    batches: [[{ id: 1, v: "a", l: [1] }], [{ id: 1, v: "b", l: [2] }, { id: 1, v: "c", l: [3] }]],
    expect: { [ROWS]: [[1, "c"]], [CHILDREN]: [[3]] },
  },
  {
    name: "insert-only keeps rows as they are, and adds children at new places of their lists",
    settings: { write_disposition: merge("insert-only"), primary_key: "id" },
    batches: [[{ id: 1, v: "a", l: [1, 2] }], [{ id: 1, v: "NEW", l: [5, 6, 7] }, { id: 2, v: "b", l: [8] }]],
    expect: {
      [ROWS]: [[1, "a"], [2, "b"]],
      [CHILDREN]: [[1], [2], [7], [8]],
      [ORPHANS]: [[0]],
      "SELECT count(*) - count(DISTINCT _dlt_id) FROM t__l": [[0]],
    },
  },
  {
    name: "scd2 ends versions that a load lacks, and begins new ones",
    settings: { write_disposition: merge("scd2") },
    batches: [[{ id: 1, v: "a" }, { id: 2, v: "b" }], [{ id: 1, v: "A" }]],
    expect: {
      "SELECT id, v, _dlt_valid_to IS NULL FROM t ORDER BY id, v": [[1, "A", 1], [1, "a", 0], [2, "b", 0]],
      "SELECT count(DISTINCT _dlt_valid_from) FROM t": [[2]],
      "SELECT count(*) FROM t o, t n WHERE o._dlt_valid_to = n._dlt_valid_from AND n.v = 'A'": [[2]],
    },
  },
  {
    name: "scd2 with a merge key ends only versions of keys that the load has",
    settings: { write_disposition: merge("scd2"), merge_key: "id" },
    batches: [[{ id: 1, v: "a" }, { id: 2, v: "b" }], [{ id: 1, v: "A" }]],
    expect: {
      "SELECT id, v, _dlt_valid_to IS NULL FROM t ORDER BY id, v": [[1, "A", 1], [1, "a", 0], [2, "b", 1]],
    },
  },
  {
    name: "scd2 leaves versions open that come again, and everything when nothing comes",
    settings: { write_disposition: merge("scd2") },
    batches: [[{ id: 1, v: "a", l: [1] }], [{ id: 1, v: "a", l: [1] }, { id: 1, v: "a", l: [1] }], []],
    expect: {
      "SELECT id, v, _dlt_valid_to FROM t": [[1, "a", null]],
      [CHILDREN]: [[1]],
    },
  },
  {
    name: "scd2 begins a version again that had ended",
    settings: { write_disposition: merge("scd2") },
    batches: [[{ id: 1, v: "a" }], [{ id: 1, v: "b" }], [{ id: 1, v: "a" }]],
    expect: { "SELECT v, _dlt_valid_to IS NULL FROM t ORDER BY rowid": [["a", 0], ["b", 0], ["a", 1]] },
  },
  {
    name: "scd2 takes a change in a list for a new version, whose children are its own",
    settings: { write_disposition: merge("scd2"), merge_key: "id" },
    batches: [[{ id: 1, v: "a", l: [1, 2] }], [{ id: 1, v: "a", l: [1, 3] }]],
    expect: {
      "SELECT _dlt_valid_to IS NULL, value FROM t JOIN t__l ON _dlt_parent_id = t._dlt_id ORDER BY 1, 2": [
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 3],
      ],
    },
  },
  {
    name: "scd2 gives rows the ids that dlt makes of the record, and puts validity first",
    settings: { write_disposition: merge("scd2") },
    batches: [[{ id: 1, kA: "a", v: { z: 1 }, c: [{ x: 1 }] }]],
    expect: {
      "SELECT _dlt_id FROM t": [["LPE8BF1IOHOYmA"]],
      "SELECT name FROM pragma_table_info('t') WHERE cid < 3": [["_dlt_valid_from"], ["_dlt_valid_to"], [
        "id",
      ]],
      "SELECT count(*) FROM pragma_table_info('t__c') WHERE name = '_dlt_root_id'": [[0]],
    },
  },
  {
    name: "scd2 takes other columns, ends and moments",
    settings: {
      write_disposition: merge("scd2", {
        validity_column_names: ["from", "until"],
        active_record_timestamp: "9999-12-31",
        boundary_timestamp: new Date(Date.UTC(2026, 0, 31)),
        row_version_column_name: "rev",
      }),
      merge_key: "id",
    },
    batches: [[{ id: 1, rev: "r1", v: "a", l: [1] }], [{ id: 1, rev: "r1", v: "not seen", l: [2] }], [
      { id: 1, rev: "r2", v: "b", l: [3] },
    ]],
    expect: {
      'SELECT "from", "until", v FROM t ORDER BY rowid': [
        ["2026-01-31 00:00:00.000000", "2026-01-31 00:00:00.000000", "a"],
        ["2026-01-31 00:00:00.000000", "9999-12-31 00:00:00.000000", "b"],
      ],
      [CHILDREN]: [[1], [3]],
    },
  },
  {
    name: "skip loads nothing",
    settings: { write_disposition: "skip" },
    batches: [[{ id: 1 }]],
    expect: { "SELECT count(*) FROM sqlite_master WHERE name = 't'": [[0]] },
  },
];

for (const { name, settings, batches, expect } of CASES) {
  Deno.test(`write_disposition ${name}`, async () => {
    await using bench = await RowsBench.create("writes");
    for (const rows of batches) await bench.load(settings, rows);
    for (const [sql, rows] of Object.entries(expect)) assert.deepEqual(await bench.query(sql), rows, sql);
  });
}

const OTHERS: [string, Settings][] = [
  ["append", {}],
  ["delete-insert", { write_disposition: "merge", primary_key: "id" }],
];
for (const [before, settings] of OTHERS) {
  for (const strategy of ["delete-insert", "upsert", "insert-only", "scd2"]) {
    Deno.test(`write_disposition ${strategy} goes on with a table that ${before} began`, async () => {
      await using bench = await RowsBench.create("writes");
      await bench.load(settings, [{ id: 1, v: "a", l: [1, 2] }, { id: 2, v: "b", l: [3] }]);
      const rows = [{ id: 1, v: "A", l: [9] }];
      await bench.load({
        write_disposition: merge(strategy),
        ...strategy !== "scd2" && { primary_key: "id" },
      }, rows);
      const isOld = strategy === "insert-only";
      const current = strategy === "scd2" ? "SELECT id, v FROM t WHERE _dlt_valid_to IS NULL" : ROWS;
      assert.deepEqual(
        await bench.query(current),
        strategy === "scd2" ? [[1, "A"]] : [[1, isOld ? "a" : "A"], [2, "b"]],
      );
      const children = strategy === "scd2" ? [[1], [2], [3], [9]] : isOld ? [[1], [2], [3]] : [[3], [9]];
      assert.deepEqual(await bench.query(CHILDREN), children);
      assert.deepEqual(await bench.query(ORPHANS), [[0]]);
    });
  }
}

const KEY = { primary_key: "id" };
const REFUSED: [string, Settings, string, string?][] = [
  ["upsert without a primary key", { write_disposition: merge("upsert") }, "primary-key-missing"],
  ["insert-only without a primary key", { write_disposition: merge("insert-only") }, "primary-key-missing"],
  [
    "upsert with a merge key",
    { ...KEY, merge_key: "d", write_disposition: merge("upsert") },
    "merge-key-refused",
  ],
  [
    "upsert with a merge key as a hint",
    { ...KEY, columns: { d: { merge_key: true } }, write_disposition: merge("upsert") },
    "merge-key-refused",
  ],
  ["prune with scd2", { ...KEY, write_disposition: merge("scd2", { prune: true }) }, "prune-refused"],
  [
    "two marks of deletion",
    { ...KEY, write_disposition: "merge", columns: { a: { hard_delete: true }, b: { hard_delete: true } } },
    "hint-repeated",
  ],
  [
    "two columns to sort by",
    { ...KEY, write_disposition: "merge", columns: { a: { dedup_sort: "asc" }, b: { dedup_sort: "desc" } } },
    "hint-repeated",
  ],
  [
    "one validity column",
    { write_disposition: merge("scd2", { validity_column_names: ["from"] }) },
    "invalid-validity-columns",
  ],
  [
    "a boundary that is no date",
    { write_disposition: merge("scd2", { boundary_timestamp: "soon" }) },
    "invalid-timestamp",
  ],
  ["a strategy that nobody knows", { write_disposition: merge("upsrt") }, "invalid-source"],
  ["upsert into files", { ...KEY, write_disposition: merge("upsert") }, "strategy-unsupported", "filesystem"],
  ["scd2 into files", { write_disposition: merge("scd2") }, "strategy-unsupported", "filesystem"],
];
for (const [what, settings, code, destination = "sqlite"] of REFUSED) {
  Deno.test(`run() refuses ${what} before anything is read or made`, async () => {
    await using bench = await RowsBench.create("writes");
    await assert.rejects(bench.load(settings, [{ id: 1 }], { destination }), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      if (code !== "invalid-source") assert.equal(error.at.resource, "t");
      assert.ok(error.next || code === "invalid-source");
      return true;
    });
    assert.equal(bench.reads, 0);
    assert.deepEqual([...Deno.readDirSync(bench.folder)].map(({ name }) => name), [".dlt"]);
  });
}

for (const strategy of ["truncate-and-insert", "insert-from-staging", "staging-optimized"]) {
  for (const destination of ["sqlite", "filesystem"]) {
    Deno.test(`replace_strategy ${strategy} replaces in ${destination}`, async () => {
      await using bench = await RowsBench.create("writes");
      const toml = `[destination]\nreplace_strategy = "${strategy}"\n`;
      for (const v of ["a", "b"]) {
        await bench.load({ write_disposition: "replace" }, [{ id: 1, v, l: [v] }], { destination, toml });
      }
      assert.deepEqual(await bench.query(ROWS, destination), [[1, "b"]]);
      assert.deepEqual(await bench.query(CHILDREN, destination), [["b"]]);
    });
  }
}

Deno.test("replace_strategy of another name is refused before anything is read", async () => {
  await using bench = await RowsBench.create("writes");
  const toml = '[destination.sqlite]\nreplace_strategy = "swap"\n';
  await assert.rejects(
    bench.load({ write_disposition: "replace" }, [{ id: 1 }], { toml }),
    { code: "config-cast", message: /replace_strategy[^]*"staging-optimized"/ },
  );
  assert.equal(bench.reads, 0);
});

Deno.test("merge without any key appends, and says so", async () => {
  await using bench = await RowsBench.create("writes");
  for (const v of ["a", "b"]) await bench.load({ write_disposition: "merge" }, [{ id: 1, v }]);
  assert.deepEqual(await bench.query(ROWS), [[1, "a"], [1, "b"]]);
  assert.deepEqual(bench.warnings, ["merge-without-key", "merge-without-key"]);
});

const UNBOUND: [string, Settings][] = [
  ["primary key", { write_disposition: merge("upsert"), primary_key: "uid" }],
  ["merge key", { write_disposition: "merge", merge_key: "day" }],
  ["row version", { write_disposition: merge("scd2", { row_version_column_name: "rev" }) }],
];
for (const [what, settings] of UNBOUND) {
  Deno.test(`run() refuses rows whose ${what} is never there`, async () => {
    await using bench = await RowsBench.create("writes");
    await assert.rejects(bench.load(settings, [{ id: 1 }]), { code: "key-missing" });
  });
}

Deno.test("run() refuses a version of a row that says no version, and leaves the table as it was", async () => {
  await using bench = await RowsBench.create("writes");
  const settings = { write_disposition: merge("scd2", { row_version_column_name: "rev" }) };
  await bench.load(settings, [{ id: 1, rev: "a" }]);
  await assert.rejects(bench.load(settings, [{ id: 2 }]), SluiceError);
  assert.deepEqual(await bench.query("SELECT id, _dlt_valid_to FROM t"), [[1, null]]);
});
