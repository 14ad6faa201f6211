/**
 * A load of a package that is sealed, and what loads work with.
 * @module
 */
import type { Destination, RowChanges, Session } from "./destination.ts";
import type { Discarded } from "./discards.ts";
import type { Emit } from "./events.ts";
import type { LoadRules } from "./load_rules.ts";
import type { LoadPackage, Manifest } from "./load_package.ts";
import { Loader } from "./loader.ts";
import type { PlannedResource } from "./resource_tables.ts";
import type { Schema } from "./schema.ts";
import type { TableChange } from "./schema_changes.ts";

/** What a package became. */
export interface LoadedPackage {
  readonly loadId: string;
  /** Rows taken per table. */
  readonly rows: Record<string, number>;
  /** What became of the rows of root tables, where the destination can tell. */
  readonly changes?: Readonly<Record<string, RowChanges>>;
  /** What contracts kept out, per table. */
  readonly discarded: Record<string, Discarded>;
  /** Seconds spent on turning records into rows, and in the destination. */
  readonly seconds: { readonly normalize: number; readonly load: number };
  readonly schema: {
    readonly version: number;
    readonly hash: string;
    readonly changes: readonly TableChange[];
  };
}

/** What a load works with. */
export interface Loading {
  /** What the package is, or is going to be. */
  readonly head: Pick<Manifest, "loadId" | "pipelineName" | "schemaName" | "refresh" | "maxTableNesting">;
  readonly resources: Readonly<Record<string, PlannedResource>>;
  readonly session: Session;
  readonly destination: Destination;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Puts what a person wrote of the tables of these resources into the schema. */
  readonly amend?: (schema: Schema, resources: readonly string[]) => void;
  /** Undefined for a package of another source: what is stored goes on to hold. */
  readonly rules?: LoadRules;
}

/** Loads a sealed package. @throws {SluiceError}; the dataset is then as it was before */
export async function loadPackage(
  pkg: LoadPackage,
  loading: Omit<Loading, "head" | "resources">,
): Promise<LoadedPackage> {
  const { manifest: head } = pkg;
  await using loader = await Loader.begin({ ...loading, head, resources: head.resources });
  return await loader.finish(pkg);
}
