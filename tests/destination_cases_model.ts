/**
 * Conformance case for random loads: whatever is walked, listed and read, the tables hold what a few lines of
 * arithmetic on sets say.
 * @module
 */
import assert from "assert";
import fc from "property";
import { type Case, childRows, type Part, scope, table, type Workplace } from "./destination_workplace.ts";

/** One load: what was read of each group, and which groups were only listed. */
interface RandomLoad {
  /** Users by group, with a repeated user now and then; a group that was not read to its end is not walked. */
  readonly read: readonly { readonly group: number; readonly users: number[]; readonly walked: boolean }[];
  readonly listed: readonly number[];
  readonly complete: boolean;
}

const group = fc.integer({ min: 1, max: 4 });
const user = fc.integer({ min: 1, max: 3 });
const randomLoad: fc.Arbitrary<RandomLoad> = fc.record({
  read: fc.uniqueArray(
    fc.record({ group, users: fc.array(user, { maxLength: 4 }), walked: fc.boolean() }),
    { selector: (each) => each.group, maxLength: 3 },
  ),
  listed: fc.uniqueArray(group),
  complete: fc.boolean(),
});

/** Rows by key, each with the value of its child row. */
type Model = Map<string, string>;

function apply(model: Model, { read, listed, complete }: RandomLoad, values: Map<string, string>): Model {
  const walked = new Set(read.filter((each) => each.walked).map((each) => each.group));
  const known = new Set([...listed, ...read.map((each) => each.group)]);
  const kept = [...model].filter(([key]) => {
    const of = Number(key.split("/")[0]);
    return !walked.has(of) && (known.has(of) || !complete);
  });
  return new Map([...kept, ...values]);
}

async function check(place: Workplace, name: string, loads: readonly RandomLoad[]): Promise<void> {
  const members = table(name, {
    group_id: { data_type: "bigint", primary_key: true },
    user_id: { data_type: "bigint", primary_key: true },
  }, { write_disposition: "merge", "x-merge-strategy": "replace-per-parent" });
  const notes = table(`${name}__notes`, { value: "text" }, { parent: name });
  let model: Model = new Map();
  for (const [number, load] of loads.entries()) {
    const rows = load.read.flatMap(({ group, users }) =>
      users.map((user, index) => ({
        group_id: group,
        user_id: user,
        _dlt_id: `${name}.${number}.${group}.${index}`,
      }))
    );
    const read = load.read.map((each): [string[], boolean] => [[String(each.group)], each.walked]);
    const listed = load.listed.filter((group) => !load.read.some((each) => each.group === group));
    const keys = [...read, ...listed.map((group): [string[], boolean] => [[String(group)], false])];
    const part: Part = {
      table: members,
      rows,
      children: [{ table: notes, rows: rows.flatMap(({ _dlt_id }) => childRows(_dlt_id, _dlt_id)) }],
      scope: scope(["group_id"], keys, load.complete),
    };
    await place.load([part]);
    const values = new Map(rows.map((row) => [`${row.group_id}/${row.user_id}`, row._dlt_id]));
    model = apply(model, load, values);
    const stored = await place.rows(`SELECT group_id || '/' || user_id, _dlt_id FROM "${name}" ORDER BY 1`);
    assert.deepEqual(stored, [...model].sort(([left], [right]) => left < right ? -1 : 1));
    const children = await place.rows(`SELECT _dlt_root_id FROM "${name}__notes" ORDER BY 1`);
    assert.deepEqual(children.flat(), [...model.values()].sort());
  }
}

/** Cases with random loads. */
export const modelCases: readonly Case[] = [{
  name: "replace-per-parent holds what sets say after random loads",
  skip: ({ mergeStrategies }) =>
    mergeStrategies.includes("replace-per-parent") ? undefined : "a merge by replace-per-parent appends here",
  async run(place) {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomLoad, { minLength: 1, maxLength: 4 }),
        (loads) => check(place, `members${runs++}`, loads),
      ),
      { numRuns: 20 },
    );
  },
}];
