/**
 * What is read back from disks and destinations, and may be damaged. Holds no tests.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import fc from "property";
import { parseJson, stringifyJson } from "../../pipeline/json.ts";
import { LoadPackage } from "../../pipeline/load_package.ts";
import { lookUp } from "../../pipeline/config_files.ts";
import { Schema } from "../../pipeline/schema.ts";
import { readState, stateRow } from "../../pipeline/state.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "../../pipeline/toml_file.ts";
import { mutated, orRefuses, orRefusesLater, type Target } from "./target.ts";

const HEADER = { pipelineName: "p", datasetName: "d", schemaName: "s", destination: "sqlite" };
const SUMMARY = {
  hints: { primary_key: "id" },
  pages: 2,
  rows: 3,
  replaceAll: false,
  scope: { fields: ["id"], complete: true },
};

/** Everything that a package gives to those who load it. */
async function contentOf(directory: string): Promise<unknown> {
  await using pkg = await LoadPackage.open(directory);
  // As whoever loads it does, where packages know how long their files are.
  await (pkg as { check?(): Promise<void> }).check?.();
  const pages = [];
  for await (const { header, body } of pkg.pages("r")) pages.push([header, new TextDecoder().decode(body)]);
  const keys = [];
  for await (const key of pkg.keys("r")) keys.push(key);
  const { status, state, resources, loadId, pipelineName } = pkg.manifest;
  return JSON.parse(stringifyJson({ pages, keys, status, state, resources, loadId, pipelineName }));
}

/** The answers that can be recalled. */
async function recalled(directory: string): Promise<unknown[]> {
  await using pkg = await LoadPackage.open(directory);
  await pkg.answers.index();
  const found = [];
  for (const key of ["one", "two"]) {
    const answer = await pkg.answers.recall("r", key);
    if (answer) found.push([key, answer.head.status, new TextDecoder().decode(answer.bytes)]);
  }
  return found;
}

const BODIES = { one: '[{"id":1},{"id":2}]', two: '[{"id":3}]' };

async function makePackage(): Promise<{ parent: string; directory: string; files: Map<string, Uint8Array> }> {
  const parent = await Deno.makeTempDir({ prefix: "sluice_fuzz_" });
  // deno-lint-ignore no-explicit-any -- what a head holds beside names differs from version to version
  const pkg = await LoadPackage.create(parent, { ...HEADER, loadId: "1.5" } as any);
  for (const [key, text] of Object.entries(BODIES)) {
    const place = await pkg.answers.keep("r", key, {
      head: { status: 200 },
      bytes: new TextEncoder().encode(text),
    });
    await pkg.append("r", { header: { select: "$", plain: true, records: 2 }, body: place });
  }
  await pkg.append("r", { header: { records: 1 }, body: new TextEncoder().encode('[{"id":9}]') });
  await pkg.addKey("r", ["1"], true);
  await pkg.addKey("r", ["3"], false);
  await pkg.seal({
    resources: { r: SUMMARY } as never,
    state: { sources: { s: { resources: { r: { incremental: { at: "2026-01-01" } } } } } },
    onto: null,
  });
  const files = new Map<string, Uint8Array>();
  for await (const { name } of Deno.readDir(pkg.directory)) {
    files.set(name, await Deno.readFile(join(pkg.directory, name)));
  }
  return { parent, directory: pkg.directory, files };
}

const DAMAGE = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  how: fc.constantFrom("bit", "bit", "bit", "cut", "zero", "twice", "drop"),
  bit: fc.nat(7),
  size: fc.integer({ min: 1, max: 60 }),
});
type Damage = typeof DAMAGE extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Uint8Array, { at, how, bit, size }: Damage): Uint8Array {
  const place = Math.floor(at * bytes.length);
  const copy = bytes.slice();
  if (how === "bit") copy[place]! ^= 1 << bit;
  if (how === "zero") copy.fill(0, place, place + size);
  if (how === "cut") return copy.subarray(0, place);
  const parts = how === "twice"
    ? [bytes.subarray(0, place), bytes.subarray(place, place + size), bytes.subarray(place)]
    : how === "drop"
    ? [bytes.subarray(0, place), bytes.subarray(place + size)]
    : [copy];
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

let made:
  | Promise<{ directory: string; parent: string; files: Map<string, Uint8Array>; content: unknown }>
  | undefined;

/** One package for all executions; it is removed when the process ends, or by {@link closeStored}. */
function onePackage(): NonNullable<typeof made> {
  return made ??= makePackage().then(async (each) => ({ ...each, content: await contentOf(each.directory) }));
}

/** Removes what the targets made. */
export async function closeStored(): Promise<void> {
  const last = made;
  made = undefined;
  if (last) await Deno.remove((await last).parent, { recursive: true });
}

const pkg: Target = {
  name: "package",
  holds:
    "a package with damaged bytes anywhere is an error, or says what it said: never other rows, keys or cursors",
  property: () =>
    fc.asyncProperty(fc.nat(3), DAMAGE, async (which, damage) => {
      const { directory, files, content } = await onePackage();
      const [name, bytes] = [...files].sort()[which % files.size]!;
      // Before format 3 only frames have checksums, and nothing tells how long a file was.
      const isSealed = new TextDecoder().decode(files.get("package.json")).startsWith('{"crc32"');
      fc.pre(isSealed || (/^answers$|pages$/.test(name) && /bit|zero/.test(damage.how)));
      try {
        await Deno.writeFile(join(directory, name), damaged(bytes, damage));
        const read = await orRefusesLater(() => contentOf(directory), /^package-corrupt$/);
        if (read !== undefined) assert.deepEqual(read, content, name);
        const answers = await orRefusesLater(() => recalled(directory), /^package-corrupt$/) ?? [];
        for (const [key, status, text] of answers as [keyof typeof BODIES, number, string][]) {
          assert.deepEqual([status, text], [200, BODIES[key]]);
        }
      } finally {
        await Deno.writeFile(join(directory, name), bytes);
      }
    }),
};

const SCHEMA = stringifyJson({
  version: 3,
  version_hash: "abc",
  engine_version: 11,
  name: "s",
  tables: {
    t: {
      columns: { id: { name: "id", data_type: "bigint", nullable: false, primary_key: true } },
      resource: "t",
      write_disposition: "merge",
    },
    t__list: { columns: { value: { name: "value", data_type: "text" } }, parent: "t" },
  },
  settings: {},
  normalizers: { names: "snake_case" },
  previous_hashes: ["a"],
});
const STATE = stateRow({ pipeline_name: "p", sources: { s: { resources: { r: { at: "2026" } } } } })!.state;

const documents: Target = {
  name: "documents",
  holds: "a damaged schema or state of a destination is read, or is a clear error",
  property: () =>
    fc.property(
      mutated(fc.constant(SCHEMA)),
      mutated(fc.constant(STATE)),
      fc.anything(),
      (schema, state, any) => {
        orRefuses(() => Schema.parse(schema), /^[a-z-]+$/);
        orRefuses(() => readState(state, HEADER), /^[a-z-]+$/);
        const text = JSON.stringify(any) ?? "";
        orRefuses(() => Schema.parse(text), /^[a-z-]+$/);
        orRefuses(() => readState(text, HEADER), /^[a-z-]+$/);
        assert.deepEqual(parseJson(stringifyJson(readState(STATE, HEADER).sources)), {
          s: { resources: { r: { at: "2026" } } },
        });
      },
    ),
};

const KEYS = ["a", "b", "__proto__", "constructor", "x-y"];

/** What two files say together, spelled out: the upper one wins, tables are joined. */
function joined(upper: TomlValue | undefined, lower: TomlValue | undefined): TomlValue | undefined {
  if (upper === undefined) return lower;
  if (!isTomlTable(upper) || !isTomlTable(lower)) return upper;
  const result = new Map<string, TomlValue>();
  for (const key of new Set([...Object.keys(lower), ...Object.keys(upper)])) {
    const own = (table: TomlTable) => Object.hasOwn(table, key) ? table[key] : undefined;
    result.set(key, joined(own(upper), own(lower))!);
  }
  return Object.fromEntries(result);
}

const configuration: Target = {
  name: "configuration",
  holds: "a value of two files is that of the upper one, or the lower one, as if they were joined key by key",
  property: () => {
    const { table } = fc.letrec<{ table: string; value: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.integer().map(String),
        fc.constantFrom('"text"', "[1, 2]"),
        tie("table"),
      ),
      table: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 }).chain((keys) =>
        fc.tuple(...keys.map(() => tie("value"))).map((values) =>
          `{${keys.map((key, at) => `"${key}" = ${values[at]}`).join(", ")}}`
        )
      ),
    }));
    return fc.property(
      table,
      table,
      fc.array(fc.constantFrom(...KEYS), { maxLength: 3 }),
      (one, two, path) => {
        const files = [one, two].map((text) => ({
          shown: "f",
          exists: true,
          table: parseToml(`root = ${text}`, "f"),
        }));
        let expected = joined(files[0]!.table.root, files[1]!.table.root);
        for (const key of path) {
          expected = isTomlTable(expected) && Object.hasOwn(expected, key) ? expected[key] : undefined;
        }
        const found = lookUp(files, ["root", ...path])?.value;
        assert.deepEqual(plain(found), plain(expected));
      },
    );
  },
};

function plain(value: TomlValue | undefined): unknown {
  return isTomlTable(value) ? Object.entries(value).map(([key, each]) => [key, plain(each)]).sort() : value;
}

/** All of them. */
export const STORED: readonly Target[] = [pkg, documents, configuration];
