/**
 * Conformance cases for random merges: whatever comes, the tables hold what a few lines on maps say, and the same
 * load once more changes nothing.
 * @module
 */
import assert from "assert";
import fc from "property";
import type { Column, MergeStrategy } from "../pipeline/schema_types.ts";
import { itemsPart, itemTables, needs, VERSIONED } from "./destination_cases_strategies.ts";
import type { Case, Workplace } from "./destination_workplace.ts";

/** A record: what tells it apart, a value, a list, an order, and whether it is deleted. */
interface Drawn {
  readonly id: number;
  readonly v: number | null;
  readonly tags: readonly number[];
  readonly n: number;
  readonly gone: boolean | null;
}
const small = (max: number) => fc.integer({ min: 0, max });
const drawn: fc.Arbitrary<Drawn> = fc.record({
  id: small(3),
  v: fc.option(small(2)),
  tags: fc.array(small(9), { maxLength: 3 }),
  n: small(2),
  gone: fc.option(fc.boolean()),
});

/** What a table holds: values by key, and the items of its list by place. */
type Held = Map<string, { v: number | null; tags: Map<number, number> }>;
type Model = (held: Held, batch: readonly Drawn[]) => void;

const asHeld = ({ v, tags }: Drawn) => ({ v, tags: new Map(tags.entries()) });

interface ModelCase {
  readonly strategy: MergeStrategy;
  readonly columns: Record<string, Omit<Column, "name">>;
  /** Records of one load have different keys. */
  readonly isUnique: boolean;
  readonly model: Model;
}

const MODELS: readonly ModelCase[] = [
  {
    strategy: "delete-insert",
    columns: {
      n: { data_type: "bigint", dedup_sort: "desc" },
      gone: { data_type: "bool", hard_delete: true },
    },
    isUnique: false,
    model(held, batch) {
      const best = new Map<number, Drawn>();
      for (const each of batch) {
        const other = best.get(each.id);
        if (!other || each.n >= other.n) best.set(each.id, each);
      }
      for (const [id, each] of best) {
        if (each.gone) held.delete(String(id));
        else held.set(String(id), asHeld(each));
      }
    },
  },
  {
    strategy: "upsert",
    columns: { gone: { data_type: "bool", hard_delete: true } },
    isUnique: true,
    model(held, batch) {
      for (const each of batch) {
        if (each.gone) held.delete(String(each.id));
        else held.set(String(each.id), asHeld(each));
      }
    },
  },
  {
    strategy: "insert-only",
    columns: {},
    isUnique: true,
    model(held, batch) {
      for (const each of batch) {
        const known = held.get(String(each.id));
        if (!known) held.set(String(each.id), asHeld(each));
        else for (const [at, tag] of each.tags.entries()) if (!known.tags.has(at)) known.tags.set(at, tag);
      }
    },
  },
];

async function snapshot(place: Workplace, name: string): Promise<unknown> {
  const rows = await place.rows(`SELECT id, v, _dlt_id FROM "${name}" ORDER BY id`);
  const tags = await place.rows(
    `SELECT r.id, _dlt_list_idx, value FROM "${name}__tags" AS t LEFT JOIN "${name}" AS r ` +
      `ON r._dlt_id = t._dlt_root_id ORDER BY 1, 2`,
  );
  return { rows: rows.map(([id, v]) => [id, v]), tags };
}

function snapshotOf(held: Held): unknown {
  const sorted = [...held].sort(([left], [right]) => Number(left) - Number(right));
  return {
    rows: sorted.map(([id, { v }]) => [Number(id), v]),
    tags: sorted.flatMap(([id, { tags }]) =>
      [...tags].sort(([left], [right]) => left - right).map(([at, tag]) => [Number(id), at, tag])
    ),
  };
}

async function check(
  place: Workplace,
  name: string,
  { strategy, columns, model }: ModelCase,
  loads: Drawn[][],
) {
  const tables = itemTables(name, strategy, columns);
  const held: Held = new Map();
  let made = 0;
  const load = (batch: Drawn[]) =>
    place.load([itemsPart(
      tables,
      batch.map(({ tags, ...row }) => ({
        row: { ...row, _dlt_id: strategy === "delete-insert" ? `${name}.${made++}` : `k${row.id}` },
        tags,
      })),
    )]);
  for (const batch of loads) {
    model(held, batch);
    for (const _ of ["once", "twice"]) {
      await load(batch);
      assert.deepEqual(await snapshot(place, name), snapshotOf(held));
    }
  }
}

/** A version with from when and until when, by load. */
interface Version {
  readonly id: number;
  readonly rev: string;
  readonly from: string;
  to: string | null;
}

const stored = (loadId: string) =>
  new Date(Number(loadId) * 1000).toISOString().replace("T", " ").replace("Z", "000");

async function checkVersions(place: Workplace, name: string, loads: Drawn[][], hasKey: boolean) {
  const tables = itemTables(name, "scd2", {
    ...VERSIONED,
    id: { data_type: "bigint", merge_key: hasKey },
  });
  const versions: Version[] = [];
  const tagsOf = new Map<string, readonly number[]>();
  for (const batch of loads) {
    for (const round of ["once", "twice"]) {
      const items = batch.map(({ id, v, tags }) => {
        const rev = JSON.stringify([id, v, tags]);
        return { row: { id, v, rev, _dlt_id: rev }, tags };
      });
      const moment = stored(await place.load([itemsPart(tables, items)]));
      if (round === "once" && items.length) {
        const staged = new Set(items.map(({ row }) => row.rev));
        const keys = new Set(items.map(({ row }) => row.id));
        for (const each of versions) {
          if (each.to === null && !staged.has(each.rev) && (!hasKey || keys.has(each.id))) each.to = moment;
        }
        for (const { row: { id, rev }, tags } of items) {
          if (versions.some((each) => each.rev === rev && each.to === null)) continue;
          versions.push({ id, rev, from: moment, to: null });
          tagsOf.set(rev, tags);
        }
      }
      const order = ({ rev, from }: Version) => `${rev} ${from}`;
      assert.deepEqual(
        await place.rows(`SELECT rev, valid_from, valid_to FROM "${name}" ORDER BY rev || ' ' || valid_from`),
        versions.toSorted((left, right) => order(left) < order(right) ? -1 : 1)
          .map(({ rev, from, to }) => [rev, from, to]),
      );
      const tags = await place.rows(
        `SELECT _dlt_parent_id, value FROM "${name}__tags" ORDER BY _dlt_parent_id, _dlt_list_idx`,
      );
      assert.deepEqual(
        tags,
        [...tagsOf].sort(([left], [right]) => left < right ? -1 : 1)
          .flatMap(([rev, values]) => values.map((value) => [rev, value])),
      );
    }
  }
}

const loadsOf = (isUnique: boolean) =>
  fc.array(
    isUnique ? fc.uniqueArray(drawn, { selector: ({ id }) => id }) : fc.array(drawn, { maxLength: 6 }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );

/** Cases with random merges. */
export const mergeModelCases: readonly Case[] = [
  ...MODELS.map((model): Case => ({
    name: `${model.strategy} holds what a map says after random loads, and twice is once`,
    skip: needs(model.strategy),
    async run(place) {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(loadsOf(model.isUnique), (loads) => check(place, `m${runs++}`, model, loads)),
        { numRuns: 15 },
      );
    },
  })),
  ...[false, true].map((hasKey): Case => ({
    name: `scd2 ${hasKey ? "with" : "without"} a merge key keeps every version once, and twice is once`,
    skip: needs("scd2"),
    async run(place) {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(loadsOf(false), (loads) => checkVersions(place, `v${runs++}`, loads, hasKey)),
        { numRuns: 15 },
      );
    },
  })),
];
