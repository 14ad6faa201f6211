/**
 * Asks dlt for names, values and hashes by the ten thousand, compares, and records the answers that Sluice has
 * to give from then on: a few in full, all of them as digests of blocks.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  canonicalJson,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../pipeline/json.ts";
import { runPython } from "./dlt_side.ts";
import type { Environment } from "./environment.ts";
import {
  compareVolume,
  sluiceAnswers,
  type VolumeAnswers,
  type VolumeDifference,
  volumeException,
  type VolumeInput,
} from "./volume.ts";
import { volumeInput } from "./volume_input.ts";

/** What the comparison found. */
export interface VolumeResult {
  readonly values: number;
  readonly excepted: ReadonlyMap<string, number>;
  readonly unlisted: readonly VolumeDifference[];
}

/** Answers as they are recorded. */
export interface VolumeRecord {
  /** Per kind, the digest of each block of answers. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
  /** Per kind, some of what was asked with the answers. */
  readonly samples: Readonly<Record<string, readonly JsonValue[]>>;
}

const RECORD = new URL("./recorded/volume.json", import.meta.url);
const BLOCK = 250;
const SAMPLE_EVERY = 40;
const KINDS = ["names", "values", "records", "places", "parts"] as const;

/** The input, read back. */
export function readVolumeInput(): VolumeInput {
  return parseJson(volumeInput()) as unknown as VolumeInput;
}

/** Compares with dlt and writes the record. */
export async function askVolume(python: Environment, folder: string): Promise<VolumeResult> {
  const asked = join(folder, "volume.json");
  const answered = join(folder, "volume_answers.json");
  await Deno.writeTextFile(asked, volumeInput());
  await runPython(python, "judge_volume.py", [asked, answered], folder);
  const input = readVolumeInput();
  const dlt = parseJson(await Deno.readTextFile(answered)) as unknown as VolumeAnswers;
  const sluice = sluiceAnswers(input);
  const { values, differences } = compareVolume(input, dlt, sluice);
  const excepted = new Map<string, number>();
  const unlisted: VolumeDifference[] = [];
  for (const difference of differences) {
    const id = volumeException(difference);
    if (id) excepted.set(id, (excepted.get(id) ?? 0) + 1);
    else unlisted.push(difference);
  }
  if (!unlisted.length) await Deno.writeTextFile(RECORD, `${stringifyJson(recordOf(input, sluice))}\n`);
  return { values, excepted, unlisted };
}

/** The record of answers that agree. */
export function recordOf(input: VolumeInput, answers: VolumeAnswers): JsonObject {
  const blocks: Record<string, JsonValue> = {};
  const samples: Record<string, JsonValue> = {};
  for (const kind of KINDS) {
    const pairs = input[kind].map((asked, at) => [asked as JsonValue, answers[kind][at]]);
    blocks[kind] = blocksOf(pairs);
    samples[kind] = pairs.filter((_, at) => at % SAMPLE_EVERY === 0);
  }
  return { blocks, samples };
}

function blocksOf(pairs: readonly JsonValue[]): string[] {
  const digests: string[] = [];
  for (let at = 0; at < pairs.length; at += BLOCK) {
    const text = canonicalJson(pairs.slice(at, at + BLOCK));
    digests.push(createHash("sha256").update(text).digest("hex").slice(0, 12));
  }
  return digests;
}

/** The recorded answers. */
export async function readVolumeRecord(): Promise<VolumeRecord> {
  return parseJson(await Deno.readTextFile(RECORD)) as unknown as VolumeRecord;
}
