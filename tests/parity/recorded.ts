/**
 * What dlt answered, as files: a line per case, so that Sluice is checked where there is no Python. What
 * nearly every answer holds is written once.
 * @module
 */
import { createHash } from "node:crypto";
import {
  canonicalJson,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../pipeline/json.ts";
import type { Case } from "./case.ts";
import { pack, unpack } from "./packed.ts";
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

/** What a case asks of dlt, as a short text. */
export function digestOf({ instead: _instead, pending: _pending, shows: _shows, ...asked }: Case): string {
  return createHash("sha256").update(canonicalJson(asked)).digest("hex").slice(0, 12);
}

/** Writes the answers, a file per section; sections that are gone lose their files. What else is there stays. */
export async function writeRecorded(answers: readonly Answer[]): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.endsWith(".jsonl")) await Deno.remove(new URL(name, FOLDER));
  }
  const usual = usualOf(answers);
  await Deno.writeTextFile(USUAL, `${stringifyJson(usual)}\n`);
  const sections = Object.groupBy(answers, ({ case: name }) => name.split("/")[0]);
  for (const [section, each] of Object.entries(sections)) {
    const lines = each!.map((answer) => stringifyJson({ ...answer, runs: packRuns(answer.runs, usual) }));
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
      const answer = parseJson(line) as JsonObject;
      const name = String(answer.case);
      const runs = unpackRuns(answer.runs as JsonValue[], usual);
      answers.set(name, { case: name, digest: String(answer.digest), runs });
    }
  }
  return answers;
}

/** What nearly every first answer holds. */
function usualOf(answers: readonly Answer[]): JsonObject {
  const first = answers.find(({ runs }) => runs[0] && !runs[0].failed)?.runs[0];
  return first ? { ...first as unknown as JsonObject, tables: {} } : {};
}

/** Each run against the one before it. */
function packRuns(runs: readonly Snapshot[], usual: JsonObject): JsonValue[] {
  return runs.map((run, at) =>
    pack(run as unknown as JsonObject, at ? runs[at - 1] as unknown as JsonObject : usual)
  );
}

function unpackRuns(packed: readonly JsonValue[], usual: JsonObject): Snapshot[] {
  const runs: JsonValue[] = [];
  for (const run of packed) runs.push(unpack(run, runs.at(-1) ?? usual));
  return runs as unknown as Snapshot[];
}
