/**
 * Where a dataset lies and which names may stand in its paths. Names come from data, so none is trusted:
 * one that could lead anywhere else is refused.
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SessionContext } from "../pipeline/destination.ts";
import { ConfigError, LoadError } from "../pipeline/errors.ts";
import { isDeviceName } from "../pipeline/files.ts";
import type { Table } from "../pipeline/schema_types.ts";

/** Marker file at the root of a dataset, as dlt writes it. */
export const MARKER = "init";
/** Folder for the lock, the commit record and unpublished files. */
export const SYSTEM_FOLDER = ".sluice";
/** Between the parts of a system file's name. */
export const NAME_SEPARATOR = "__";

const MAX_NAME_BYTES = 255;
const SCHEME_REGEXP = /^([a-z][a-z0-9+.-]*):\/\//i;
// Separators of any system, the colon of drive letters and streams, control characters.
const UNSAFE_CHARACTERS_REGEXP = /[/\\:\p{Cc}]/u;

/** The absolute path of the bucket. @throws {ConfigError} for a scheme that is not supported */
export function bucketPath(bucketUrl: string | undefined, context: SessionContext): string {
  const text = bucketUrl ?? `./${plainName("pipeline", context.pipelineName)}_data`;
  const scheme = SCHEME_REGEXP.exec(text)?.[1].toLowerCase();
  if (!text.trim() || text.includes("\0") || (scheme && scheme !== "file")) {
    throw new ConfigError(
      `Cannot use the bucket_url of destination "filesystem": ${
        scheme ? `scheme "${scheme}" is not supported, only folders of this machine are` : "it is no path"
      }`,
      {
        code: "invalid-bucket-url",
        next: "write a relative path, an absolute path or file:///absolute/path",
      },
    );
  }
  if (!scheme) return resolve(context.workingDirectory, text);
  try {
    return fileURLToPath(text);
  } catch (cause) {
    throw new ConfigError('Cannot use the bucket_url of destination "filesystem": it is no local file URL', {
      code: "invalid-bucket-url",
      next: "write file:///absolute/path, with three slashes",
      cause,
    });
  }
}

/** The name itself when it can be one part of a path. @throws {LoadError} with code `unsafe-name` when not */
export function plainName(kind: string, name: string): string {
  const plain = name !== "" && !name.startsWith(".") && !/[. ]$/.test(name) && name.isWellFormed() &&
    !UNSAFE_CHARACTERS_REGEXP.test(name) && !(Deno.build.os === "windows" && isDeviceName(name));
  if (!plain) {
    throw new LoadError(
      `Cannot use ${JSON.stringify(name)} as the name of a ${kind}: it is no plain file name`,
      {
        code: "unsafe-name",
        next: "use letters, digits and underscores",
      },
    );
  }
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) {
    throw new LoadError(
      `Cannot use ${JSON.stringify(name)} as the name of a ${kind}: it is longer than 255 bytes`,
      {
        code: "name-too-long",
        next: "choose a shorter name",
      },
    );
  }
  return name;
}

/** A load id, which stands before and after separators in file names. */
export function plainLoadId(loadId: string): string {
  if (loadId.includes(NAME_SEPARATOR)) return plainName("load", "");
  return plainName("load", loadId);
}

/**
 * Refuses tables that cannot be folders side by side on every file system, and columns that differ in case
 * only, which SQL cannot tell apart. `taken` maps lower-cased names to names and learns the new ones.
 */
export function checkTable(table: Table, taken: Map<string, string>): void {
  plainName("table", table.name);
  if (table.name.toLowerCase() === MARKER) {
    throw new LoadError(
      `Cannot use "${table.name}" as the name of a table: the marker of the dataset has it`,
      {
        code: "unsafe-name",
        at: { table: table.name },
        next: "give the resource another table_name",
      },
    );
  }
  refuseCollision(table.name, taken, { table: table.name });
  const columns = new Map<string, string>();
  for (const { name, data_type } of table.columns.values()) {
    if (data_type) refuseCollision(name, columns, { table: table.name, column: name });
  }
}

function refuseCollision(
  name: string,
  taken: Map<string, string>,
  at: { table: string; column?: string },
): void {
  const folded = name.toLowerCase();
  const other = taken.get(folded) ?? name;
  if (other !== name) {
    throw new LoadError(`Cannot use "${name}" beside "${other}": the names differ in case only`, {
      code: "name-collision",
      at,
      next: `rename one of the ${at.column ? "columns" : "tables"}`,
    });
  }
  taken.set(folded, name);
}

/** Orders load ids, which are seconds as text. */
export function compareLoadIds(left: string, right: string): number {
  return Number(left) - Number(right) || (left < right ? -1 : left > right ? 1 : 0);
}
