/**
 * What Sluice makes of names, values and records by the ten thousand, and how it compares with dlt.
 * @module
 */
import { type Cell, coerce, inferType } from "../../pipeline/coerce.ts";
import {
  canonicalJson,
  Double,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../pipeline/json.ts";
import { Naming, PATH_SEPARATOR } from "../../pipeline/naming.ts";
import { hashBoundary, hashRowId, nestedRowId } from "../../pipeline/row_ids.ts";
import type { DataType, SqlValue } from "../../pipeline/schema_types.ts";

/** What is asked, see `volume_input.ts`. */
export interface VolumeInput {
  readonly limits: readonly number[];
  readonly types: readonly DataType[];
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly records: readonly string[];
  readonly places: readonly (readonly [string, string, number])[];
  readonly parts: readonly (readonly string[])[];
}

/** Answers, each in the order of what was asked. */
export interface VolumeAnswers {
  /** Per name and limit: as an identifier, as a path. */
  readonly names: readonly JsonValue[][];
  /** Per value: the type it gives a new column, then what becomes of it in each type. */
  readonly values: readonly JsonValue[][];
  /** Per record: the hash of a row, of a cursor's boundary, and its text. */
  readonly records: readonly JsonValue[][];
  readonly places: readonly JsonValue[];
  /** Per list of parts and limit: all of them as one name. */
  readonly parts: readonly JsonValue[][];
}

/** Sluice's answers. */
export function sluiceAnswers(input: VolumeInput): VolumeAnswers {
  const namings = input.limits.map((limit) => new Naming(limit));
  return {
    names: input.names.map((raw) => namings.flatMap((naming) => [naming.identifier(raw), naming.path(raw)])),
    values: input.values.map((text) => {
      const value = parseJson(text) as Cell;
      return [inferType(value), ...input.types.map((type) => shown(coerce(value, type), type))];
    }),
    records: input.records.map((text) => {
      const record = parseJson(text) as JsonObject;
      const kept = Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith("_dlt")));
      return [hashRowId(canonicalJson(kept)), hashBoundary(canonicalJson(record)), stringifyJson(record)];
    }),
    places: input.places.map(([parent, table, index]) => nestedRowId(parent, table, index)),
    parts: input.parts.map((each) =>
      namings.map((naming) => naming.shortened(each.map((part) => naming.path(part)).join(PATH_SEPARATOR)))
    ),
  };
}

/** A stored value as JSON, as the Python side shows it. */
function shown(value: SqlValue, type: DataType): JsonValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return { blob: value.toBase64() };
  if (type === "double") {
    return { double: Number.isFinite(value) ? new Double(Number(value)) : wordOf(Number(value)) };
  }
  if (type === "json") return { json: String(value) };
  return value as JsonValue;
}

function wordOf(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** One answer that differs. */
export interface VolumeDifference {
  /** E.g. `values 17 decimal`. */
  readonly place: string;
  readonly asked: JsonValue;
  readonly dlt: JsonValue;
  readonly sluice: JsonValue;
}

/** Every answer against its counterpart. */
export function compareVolume(
  input: VolumeInput,
  dlt: VolumeAnswers,
  sluice: VolumeAnswers,
): { values: number; differences: VolumeDifference[] } {
  const differences: VolumeDifference[] = [];
  let values = 0;
  const check = (place: string, asked: JsonValue, left: JsonValue, right: JsonValue) => {
    values++;
    if (canonicalJson(left) !== canonicalJson(right)) {
      differences.push({ place, asked, dlt: left, sluice: right });
    }
  };
  const nameParts = input.limits.flatMap((limit) => [`identifier ${limit}`, `path ${limit}`]);
  const valueParts = ["inferred", ...input.types];
  const parts = { names: nameParts, values: valueParts, records: ["row hash", "boundary", "text"] };
  for (const kind of ["names", "values", "records"] as const) {
    input[kind].forEach((asked, at) =>
      parts[kind].forEach((part, column) =>
        check(`${kind} ${at} ${part}`, asked, dlt[kind][at][column], sluice[kind][at][column])
      )
    );
  }
  input.parts.forEach((asked, at) =>
    input.limits.forEach((limit, column) =>
      check(`parts ${at} ${limit}`, [...asked], dlt.parts[at][column], sluice.parts[at][column])
    )
  );
  input.places.forEach((asked, at) => check(`places ${at}`, [...asked], dlt.places[at], sluice.places[at]));
  return { values, differences };
}

/** Which exception covers a difference, by what dlt answered. */
export function volumeException({ place, asked, dlt, sluice }: VolumeDifference): string | undefined {
  const type = place.split(" ").at(-1);
  if (place.startsWith("names") && dlt === "") return "nameless-columns";
  if (type === "json" && typeof asked === "string" && /\d{19}/.test(asked)) return "json-digits";
  if (!isJsonObject(dlt)) {
    const isOfDouble = typeof dlt === "string" && typeof sluice === "string" &&
      !String(asked).startsWith('"');
    return isOfDouble && /decimal|wei/.test(type!) && Number(dlt) === Number(sluice)
      ? "decimal-of-double"
      : undefined;
  }
  if ("error" in dlt) return sluice === null ? "values-that-stop-dlt" : undefined;
  if ("beyond" in dlt) return sluice === null ? "integers-beyond-64-bits" : undefined;
  if ("decimal" in dlt) return sluice === null ? "decimal-words" : undefined;
  if ("variant" in dlt) return typeof sluice === "string" ? "wei-range" : "decimal-words";
  return undefined;
}
