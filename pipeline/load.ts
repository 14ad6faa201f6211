/**
 * From a load package into a destination: reads the pages back, turns records into rows, hands these on in
 * batches and publishes everything in one step. Nothing here reaches for the network or the source.
 * @module
 */
import { Copies } from "./copies.ts";
import type { Destination, Session, Stored, TablePublication } from "./destination.ts";
import { NormalizeError, StateError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { selectRecords } from "./field_path.ts";
import { type JsonObject, parseJson } from "./json.ts";
import type { LoadPackage, StoredPage } from "./load_package.ts";
import { Naming } from "./naming.ts";
import { Normalizer, type RootTableHints } from "./normalize.ts";
import { publication, tablePublication, withRootKeys } from "./publication.ts";
import { ResourceTables } from "./resource_tables.ts";
import { Schema } from "./schema.ts";
import { knownColumns, schemaChanges, type TableChange } from "./schema_changes.ts";
import type { Column, RowBatch, Table } from "./schema_types.ts";
import { stateHash } from "./state.ts";
import { handsDownRootKeys, rootTable, type StoredHints } from "./table_hints.ts";

/** What a package became. */
export interface LoadedPackage {
  readonly loadId: string;
  /** Rows taken per table. */
  readonly rows: Record<string, number>;
  /** Seconds spent on turning records into rows, and in the destination. */
  readonly seconds: { readonly normalize: number; readonly load: number };
  readonly schema: {
    readonly version: number;
    readonly hash: string;
    readonly changes: readonly TableChange[];
  };
}

interface Loading {
  readonly pkg: LoadPackage;
  readonly session: Session;
  readonly destination: Destination;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Puts what a person wrote of the tables of these resources into the schema. */
  readonly amend?: (schema: Schema, resources: readonly string[]) => void;
}

/** Loads a sealed package. @throws {SluiceError}; the dataset is then as it was before */
export async function loadPackage(loading: Loading): Promise<LoadedPackage> {
  const { pkg, session, destination, emit } = loading;
  const { loadId, pipelineName, schemaName, resources } = pkg.manifest;
  await pkg.check();
  const watch = new Stopwatch();
  await using load = await watch.load(() => session.begin({ loadId, schemaName }));
  // Within the load, so that in a database nobody else can change it any more.
  const stored = await session.stored(pipelineName, schemaName);
  checkBase(pkg, stored);
  const schema = stored.schema === undefined ? new Schema(schemaName) : Schema.parse(stored.schema);
  const before = knownColumns(schema);
  const naming = new Naming(destination.capabilities.maxIdentifierLength);
  const filledBefore = new Set(
    [...schema.tables.values()].filter(({ columns }) => columns.has("_dlt_id")).map(({ name }) => name),
  );
  loading.amend?.(schema, Object.keys(resources));

  const batches: RowBatch[] = [];
  const migrated = new Map<string, number>();
  const drain = async () => {
    for (const batch of batches.splice(0)) {
      const columns = columnCount(batch.table);
      if (migrated.get(batch.table.name) !== columns) {
        await watch.load(() => load.migrate([batch.table]));
        migrated.set(batch.table.name, columns);
      }
      await watch.load(() => load.write(batch));
    }
  };
  const normalizer = new Normalizer({
    schema,
    naming,
    loadId,
    batchRows: destination.capabilities.batchRows,
    sink: (batch) => batches.push(batch),
  });
  const allTables = Object.entries(resources).map((each) => new ResourceTables(each, { schema, naming }));
  for (const tables of allTables) await normalizeResource({ ...loading, tables, normalizer, drain });
  for (const [resource, { copiesOf, tables }] of Object.entries(resources)) {
    if (!copiesOf || !resources[copiesOf] || tables) continue;
    await renewCopies({ pkg, session, schema, naming, normalizer, drain, filledBefore }, resource);
  }
  normalizer.flush();
  await drain();
  reportNormalizing(normalizer, schema, emit);

  const tables = allTables.flatMap((each) =>
    each.all().map((table) => tablePublication(table, each, { pkg, schema, naming }))
  );
  for (const { table, children } of tables) await load.migrate(withRootKeys(schema, table, children));
  reportDispositions(tables, { destination, filledBefore, emit });
  await watch.load(() => load.publish(publication(pkg, schema, tables, stored.schema)));
  const rows = normalizer.counts();
  emit({ type: "loaded", loadId, tables: rows });
  const { version, hash } = schema;
  return {
    loadId,
    rows,
    seconds: watch.seconds(),
    schema: { version, hash, changes: schemaChanges(before, schema) },
  };
}

/**
 * A package holds what is new since a state, and the state after it: on any other one it would load rows twice, or
 * leave rows out that nobody would ask for again.
 */
function checkBase({ manifest: { loadId, state }, directory }: LoadPackage, stored: Stored): void {
  if (state?._version_hash === stateHash(stored.state)) return;
  throw new StateError(
    `Cannot load package ${loadId}: the dataset is not as it was when the package was read`,
    {
      code: "package-outdated",
      at: { file: directory },
      next: "run again: the package is set aside then, and what it held is read again from the source",
    },
  );
}

/** Tells the destination's time from ours; both run through one loop. */
class Stopwatch {
  readonly #start = performance.now();
  #loadMs = 0;

  async load<T>(action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await action();
    } finally {
      this.#loadMs += performance.now() - start;
    }
  }

  seconds(): { normalize: number; load: number } {
    return { normalize: (performance.now() - this.#start - this.#loadMs) / 1000, load: this.#loadMs / 1000 };
  }
}

function columnCount(table: Table): number {
  let known = 0;
  for (const column of table.columns.values()) if (column.data_type) known++;
  return known;
}

interface Normalizing extends Loading {
  readonly tables: ResourceTables;
  readonly normalizer: Normalizer;
  readonly drain: () => Promise<void>;
}

async function normalizeResource(
  { pkg, tables, normalizer, drain, signal, emit }: Normalizing,
): Promise<void> {
  const { resource, summary } = tables;
  const hints = normalizing(summary.hints);
  // A table is made also when there is nothing for it, unless records choose theirs.
  if (!summary.tables) tables.of();
  let page = 0;
  for await (const stored of pkg.pages(resource)) {
    signal.throwIfAborted();
    page++;
    const table = tables.of(stored.header.table);
    try {
      for (const record of recordsOf(stored)) normalizer.add(table.name, record, hints);
    } catch (error) {
      throw error instanceof NormalizeError ? error.within({ resource, page }) : error;
    }
    await drain();
    emit({ type: "rows", rows: stored.header.records });
  }
}

interface Renewing {
  readonly pkg: LoadPackage;
  readonly session: Session;
  readonly schema: Schema;
  readonly naming: Naming;
  readonly normalizer: Normalizer;
  readonly drain: () => Promise<void>;
  /** Tables that the dataset has had rows of. */
  readonly filledBefore: ReadonlySet<string>;
}

/** Adds rows for the copies of records that changed in the resource they are copied from. */
async function renewCopies(
  { pkg, session, schema, naming, normalizer, drain, filledBefore }: Renewing,
  resource: string,
): Promise<void> {
  const { hints, copiesOf } = pkg.manifest.resources[resource];
  const table = rootTable(schema, naming, resource, hints);
  if (!filledBefore.has(table.name)) return;
  const copies = await Copies.of(pkg, resource, { session, table: table.name, naming });
  if (!copies) return;
  for await (const stored of pkg.pages(copiesOf!)) {
    for (const record of await copies.renew(recordsOf(stored))) {
      normalizer.add(table.name, record, normalizing(hints));
    }
    await drain();
  }
}

/** What the normaliser must know of a resource. */
function normalizing(hints: StoredHints): RootTableHints {
  return { maxTableNesting: hints.max_table_nesting, rootKey: handsDownRootKeys(hints) };
}

const decoder = new TextDecoder();

/** The records of a stored page as they were taken: selected, without the dropped ones, with what was injected. */
function recordsOf({ header, body }: StoredPage): JsonObject[] {
  let records = selectRecords(parseJson(decoder.decode(body), header.plain), header.select);
  if (header.drop) {
    const dropped = new Set(header.drop);
    records = records.filter((_, index) => !dropped.has(index));
  }
  if (header.inject) { for (const record of records) Object.assign(record, header.inject); }
  return records;
}

function reportNormalizing(normalizer: Normalizer, schema: Schema, emit: Emit): void {
  for (const [column, keys] of Object.entries(normalizer.collisions())) {
    emit({
      type: "warning",
      code: "identifier-collision",
      message: `different keys of one record fall into column ${column} (${
        keys.join(", ")
      }); the last value was kept`,
    });
  }
  for (const table of schema.tables.values()) {
    const empty = [...table.columns.values()].filter((column) => !column.data_type && keyHint(column));
    const rows = normalizer.counts()[table.name];
    if (!empty.length || !rows) continue;
    throw new NormalizeError(
      `Cannot load table "${table.name}": its key column "${empty[0].name}" never had a value`,
      {
        code: "key-missing",
        at: { table: table.name, column: empty[0].name },
        next: `correct the resource's ${keyHint(empty[0])}`,
      },
    );
  }
}

/** The hint of a resource that makes rows depend on a column. */
function keyHint(column: Column): string | undefined {
  if (column.primary_key) return "primary_key";
  if (column.merge_key) return "merge_key";
  return column["x-row-version"] ? "row_version_column_name" : undefined;
}

/** Says where rows are appended that a database would merge; there is nothing to merge in a new table. */
function reportDispositions(
  tables: readonly TablePublication[],
  { destination, filledBefore, emit }: {
    destination: Destination;
    filledBefore: ReadonlySet<string>;
    emit: Emit;
  },
): void {
  for (const { table, strategy, disposition, replaceAll } of tables) {
    if (
      disposition !== "merge" || replaceAll || !filledBefore.has(table.name) ||
      destination.capabilities.mergeStrategies.includes(strategy!)
    ) continue;
    emit({
      type: "warning",
      code: "merge-appends",
      resource: table.resource,
      message:
        `destination "${destination.name}" appends to "${table.name}" where a database would merge; the newest row of a key counts`,
    });
  }
}
