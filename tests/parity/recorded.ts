/**
 * What dlt answered, as files: a line per case, so that Sluice is checked where there is no Python. What
 * nearly every answer holds is written once.
 * @module
 */
import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../pipeline/json.ts";
import type { Case } from "./case.ts";
import type { Snapshot } from "./snapshot.ts";

/** One answer: a snapshot after each run. */
export interface Answer {
  readonly case: string;
  /** Of the case as it was asked; another one was not asked yet. */
  readonly digest: string;
  readonly runs: readonly Snapshot[];
}

const FOLDER = new URL("./recorded/", import.meta.url);
const USUAL = new URL("./recorded/usual.json", import.meta.url);
/** Stands for the usual value. */
const SAME = "usual";

/** What a case asks, as a short text. */
export function digestOf(case_: Case): string {
  return createHash("sha256").update(canonicalJson(case_)).digest("hex").slice(0, 12);
}

/** Writes the answers, a file per section; sections that are gone lose their files. */
export async function writeRecorded(answers: readonly Answer[]): Promise<void> {
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
  await Deno.mkdir(FOLDER, { recursive: true });
  const usual = usualOf(answers);
  await Deno.writeTextFile(USUAL, `${stringifyJson(usual)}\n`);
  const sections = Object.groupBy(answers, ({ case: name }) => name.split("/")[0]);
  for (const [section, each] of Object.entries(sections)) {
    const lines = each!.map((answer) =>
      stringifyJson({ ...answer, runs: answer.runs.map((run) => pack(run, usual)) })
    );
    await Deno.writeTextFile(new URL(`${section}.jsonl`, FOLDER), `${lines.join("\n")}\n`);
  }
}

/** All answers by case. */
export async function readRecorded(): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const usual = parseJson(await Deno.readTextFile(USUAL)) as JsonObject;
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(".jsonl")) continue;
    for (const line of (await Deno.readTextFile(new URL(name, FOLDER))).trim().split("\n")) {
      const answer = parseJson(line) as unknown as Answer;
      const runs = answer.runs.map((run) => unpack(run as unknown as JsonObject, usual));
      answers.set(answer.case, { ...answer, runs: runs as unknown as Snapshot[] });
    }
  }
  return answers;
}

/** Parts of a snapshot that are mostly the same, by path. */
function usualOf(answers: readonly Answer[]): JsonObject {
  const first = answers.find(({ runs }) => runs[0] && !runs[0].failed)?.runs[0];
  if (!first) return {};
  const { rows: _rows, ...version } = first.system._dlt_version as JsonObject;
  const { rows: _loads, ...loads } = first.system._dlt_loads as JsonObject;
  const { rows: _states, ...state } = first.system._dlt_pipeline_state as JsonObject;
  return { schema: first.schema, _dlt_version: version, _dlt_loads: loads, _dlt_pipeline_state: state };
}

function pack(run: Snapshot, usual: JsonObject): JsonObject {
  const same = (value: JsonValue, key: string) => canonicalJson(value) === canonicalJson(usual[key] ?? null);
  const system = Object.fromEntries(
    Object.entries(run.system).map(([name, value]) => {
      const { rows, ...rest } = value as JsonObject;
      return [name, same(rest, name) ? { usual: SAME, rows } : value];
    }),
  );
  return {
    ...run as unknown as JsonObject,
    schema: same(run.schema, "schema") ? SAME : run.schema,
    system,
  };
}

function unpack(run: JsonObject, usual: JsonObject): JsonObject {
  const system = Object.fromEntries(
    Object.entries(run.system as JsonObject).map(([name, value]) => {
      const { usual: isUsual, ...rest } = value as JsonObject;
      return [name, isUsual === SAME ? { ...usual[name] as JsonObject, ...rest } : value];
    }),
  );
  return { ...run, schema: run.schema === SAME ? usual.schema : run.schema, system };
}
