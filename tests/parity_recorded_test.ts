/**
 * Sluice against what dlt answered, where there is no Python: the cases and the answers of `tests/parity/`. A
 * case that was changed since it was asked fails until `deno task parity` has asked again.
 * @module
 */
import assert from "assert";
import { type JsonValue, stringifyJson } from "../pipeline/json.ts";
import { type Case, loadCases } from "./parity/case.ts";
import { serveCases } from "./parity/case_server.ts";
import { blockOf, parityTables } from "./parity/docs.ts";
import { judge, type Judgement } from "./parity/judge.ts";
import { digestOf, readRecorded } from "./parity/recorded.ts";
import { runAllThroughSluice } from "./parity/sluice_side.ts";
import { snapshot } from "./parity/snapshot.ts";
import { sluiceAnswers } from "./parity/volume.ts";
import { readVolumeInput, readVolumeRecord, recordOf } from "./parity/volume_task.ts";

const cases = await loadCases();
const recorded = await readRecorded();
const demanded = cases.filter(({ pending }) => pending === undefined);

async function judgeAll(asked: readonly Case[]): Promise<Judgement[]> {
  await using server = serveCases(asked);
  const folder = await Deno.makeTempDir({ prefix: "sluice_parity_" });
  try {
    const runs = await runAllThroughSluice(asked, server.base, folder);
    return asked.map((each) => {
      const answers = recorded.get(each.name)?.runs ?? [];
      return judge(each, answers, runs.get(each.name)!.map((run) => snapshot(run, each)));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const shown = (value: JsonValue | undefined) =>
  value === undefined ? "–" : stringifyJson(value).slice(0, 200);

function complaints({ case: { name }, unlisted }: Judgement): string[] {
  return unlisted.slice(0, 5).map(({ run, path, dlt, sluice }) =>
    `${name}, run ${run + 1}: ${path}: dlt ${shown(dlt)}, Sluice ${shown(sluice)}`
  );
}

Deno.test("dlt was asked every case as it is now", () => {
  const stale = cases.filter((each) => recorded.get(each.name)?.digest !== digestOf(each));
  assert.deepEqual(stale.map(({ name }) => name), [], "run deno task parity");
  const gone = [...recorded.keys()].filter((name) => !cases.some((each) => each.name === name));
  assert.deepEqual(gone, [], "run deno task parity");
});

for (const [section, asked] of Map.groupBy(demanded, ({ name }) => name.split("/")[0])) {
  Deno.test(`Sluice makes what dlt makes: ${section}, ${asked.length} cases`, async () => {
    const judgements = await judgeAll(asked);
    assert.deepEqual(judgements.flatMap(complaints), []);
  });
}

Deno.test("Sluice names, coerces and hashes as dlt does, by the ten thousand", async () => {
  const input = readVolumeInput();
  const now = recordOf(input, sluiceAnswers(input));
  const { blocks, samples } = await readVolumeRecord();
  assert.equal(stringifyJson(now.samples), stringifyJson(samples));
  assert.deepEqual(now.blocks, blocks, "run deno task parity, which says what differs");
});

Deno.test("docs/parity.md has the figures and exceptions as they are", async () => {
  const page = await Deno.readTextFile(new URL("../docs/parity.md", import.meta.url));
  const cells = (text: string) =>
    text.trim().split("\n").map((line) =>
      line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim().replace(/^-+$/, "-"))
    );
  for (const [marker, text] of Object.entries(await parityTables())) {
    const { start, end } = blockOf(page, marker);
    assert.deepEqual(
      cells(page.slice(start, end)),
      cells(text),
      `run deno task parity: "${marker}" is stale`,
    );
  }
});
