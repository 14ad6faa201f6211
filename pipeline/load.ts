/**
 * From a load package into a destination: reads the pages back, turns records into rows, hands these on in
 * batches and publishes everything in one step. Nothing here reaches for the network or the source.
 * @module
 */
import { Contracts } from "./contracts.ts";
import { Copies } from "./copies.ts";
import { type Discarded, Discards, rejectedTableName } from "./discards.ts";
import type { Destination, Session, TablePublication } from "./destination.ts";
import { type At, NormalizeError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { selectRecords } from "./field_path.ts";
import { type JsonObject, parseJson } from "./json.ts";
import { applyRules, contractOf, type LoadRules, NO_RULES } from "./load_rules.ts";
import type { LoadPackage, StoredPage } from "./load_package.ts";
import { Naming } from "./naming.ts";
import { Normalizer, type RootTableHints } from "./normalize.ts";
import { publication, tablePublication, withRootKeys } from "./publication.ts";
import { ResourceTables } from "./resource_tables.ts";
import { Schema } from "./schema.ts";
import { knownColumns, schemaChanges, type TableChange } from "./schema_changes.ts";
import type { Column, RowBatch, Table } from "./schema_types.ts";
import { handsDownRootKeys, type StoredHints } from "./table_hints.ts";

/** What a package became. */
export interface LoadedPackage {
  readonly loadId: string;
  /** Rows taken per table. */
  readonly rows: Record<string, number>;
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

interface Loading {
  readonly pkg: LoadPackage;
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
export async function loadPackage(loading: Loading): Promise<LoadedPackage> {
  const { pkg, session, destination, emit } = loading;
  const { loadId, pipelineName, schemaName, resources } = pkg.manifest;
  const stored = await session.stored(pipelineName, schemaName);
  const schema = stored.schema === undefined ? new Schema(schemaName) : Schema.parse(stored.schema);
  const before = knownColumns(schema);
  const naming = new Naming(destination.capabilities.maxIdentifierLength);
  const filledBefore = new Set(
    [...schema.tables.values()].filter(({ columns }) => columns.has("_dlt_id")).map(({ name }) => name),
  );
  loading.amend?.(schema, Object.keys(resources));
  const { rules = NO_RULES } = loading;
  if (loading.rules) applyRules(schema, rules);
  const contracts = new Contracts(schema, knownColumns(schema));
  const watch = new Stopwatch();
  await using load = await watch.load(() => session.begin({ loadId, schemaName }));

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
  const filling = {
    schema,
    naming,
    loadId,
    batchRows: destination.capabilities.batchRows,
    sink: (batch: RowBatch) => void batches.push(batch),
  };
  const discards = new Discards(filling);
  const normalizer = new Normalizer({ ...filling, rules: { contracts, discards } });
  const allTables = Object.entries(resources).map((each) => {
    const contract = contractOf(rules, each[0]);
    return new ResourceTables(each, { schema, naming, contracts, contract });
  });
  for (const tables of allTables) {
    const { resource } = tables;
    discards.keeping = { resource, table: rejectedTableName(rules.rejectedTable(resource)) };
    await normalizeResource({ ...loading, tables, normalizer, discards, drain });
  }
  for (const [resource, { copiesOf, tables }] of Object.entries(resources)) {
    if (!copiesOf || !resources[copiesOf] || tables) continue;
    const { table } = allTables.find((each) => each.resource === resource)!.of();
    if (!table || !filledBefore.has(table.name)) continue;
    discards.keeping = { resource, table: rejectedTableName(rules.rejectedTable(resource)) };
    await renewCopies({ pkg, session, naming, normalizer, drain, table: table.name }, resource);
  }
  normalizer.flush();
  discards.flush();
  await drain();
  reportNormalizing(normalizer, schema, emit);

  const tables = allTables.flatMap((each) =>
    each.all().map((root) => tablePublication(root.table, root, { pkg, schema, naming }))
  );
  for (const { table, children } of tables) await load.migrate(withRootKeys(schema, table, children));
  reportDispositions(tables, { destination, filledBefore, emit });
  const published = [...tables, ...discards.tables().map(appended)];
  await watch.load(() => load.publish(publication(pkg, schema, published, stored.schema)));
  const rows = { ...normalizer.counts(), ...discards.kept() };
  emit({ type: "loaded", loadId, tables: rows });
  const { version, hash } = schema;
  return {
    loadId,
    rows,
    discarded: discards.counts(),
    seconds: watch.seconds(),
    schema: { version, hash, changes: schemaChanges(before, schema) },
  };
}

function appended(table: Table): TablePublication {
  return { table, children: [], disposition: "append", replaceAll: false };
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
  readonly discards: Discards;
  readonly drain: () => Promise<void>;
}

async function normalizeResource(
  { pkg, tables, normalizer, discards, drain, signal, emit }: Normalizing,
): Promise<void> {
  const { resource, summary } = tables;
  const hints = normalizing(summary.hints);
  // A table is made also when there is nothing for it, unless records choose theirs.
  if (!summary.tables) placed({ resource }, () => tables.of());
  let page = 0;
  for await (const stored of pkg.pages(resource)) {
    signal.throwIfAborted();
    page++;
    placed({ resource, page }, () => {
      const { table, refused } = tables.of(stored.header.table);
      for (const record of recordsOf(stored)) {
        if (table) normalizer.add(table.name, record, hints);
        else discards.row(refused, record);
      }
    });
    await drain();
    emit({ type: "rows", rows: stored.header.records });
  }
}

/** Says of an error where it came up. */
function placed(at: At, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw error instanceof NormalizeError ? error.within(at) : error;
  }
}

interface Renewing {
  readonly pkg: LoadPackage;
  readonly session: Session;
  readonly naming: Naming;
  readonly normalizer: Normalizer;
  readonly drain: () => Promise<void>;
  /** The resource's, which has had rows. */
  readonly table: string;
}

/** Adds rows for the copies of records that changed in the resource they are copied from. */
async function renewCopies(
  { pkg, session, naming, normalizer, drain, table }: Renewing,
  resource: string,
): Promise<void> {
  const { hints, copiesOf } = pkg.manifest.resources[resource];
  const copies = await Copies.of(pkg, resource, { session, table, naming });
  if (!copies) return;
  for await (const stored of pkg.pages(copiesOf!)) {
    for (const record of await copies.renew(recordsOf(stored))) {
      normalizer.add(table, record, normalizing(hints));
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
