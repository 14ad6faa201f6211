/**
 * A load under way: records become rows, rows go to the destination in batches, and all of it is published in one
 * step. Records are taken from a package that is sealed, or while it is filled; nothing here reaches for the
 * network or the source.
 * @module
 */
import { Contracts } from "./contracts.ts";
import { Copies } from "./copies.ts";
import type { Load, Stored, TablePublication } from "./destination.ts";
import { Discards, rejectedTableName } from "./discards.ts";
import { type At, NormalizeError, SluiceError, StateError } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import type { LoadedPackage, Loading } from "./load.ts";
import { applyRules, contractOf, NO_RULES } from "./load_rules.ts";
import { reportDispositions, reportNormalizing } from "./load_reports.ts";
import type { LoadPackage } from "./load_package.ts";
import { Naming } from "./naming.ts";
import { Normalizer, type RootTableHints } from "./normalize.ts";
import { publication, tablePublication, withRootKeys } from "./publication.ts";
import { clearTables, type Refresh, refreshSchema } from "./refresh.ts";
import { ResourceTables, type TableContext } from "./resource_tables.ts";
import { Schema } from "./schema.ts";
import { type KnownColumns, knownColumns, schemaChanges } from "./schema_changes.ts";
import type { RowBatch, Table } from "./schema_types.ts";
import { Stopwatch } from "./stopwatch.ts";
import { recordsOf } from "./stored_records.ts";
import { streamable } from "./streamable.ts";
import { stateHash } from "./state.ts";
import { handsDownRootKeys, type StoredHints } from "./table_hints.ts";

/** One load under way. Disposing it before it is finished leaves the dataset as it was. */
export class Loader implements AsyncDisposable {
  readonly #loading: Loading;
  readonly #stored: Stored;
  readonly #schema: Schema;
  readonly #before: KnownColumns;
  readonly #refresh: Refresh;
  /** Tables that the dataset has had rows of. */
  readonly #filledBefore: ReadonlySet<string>;
  readonly #naming: Naming;
  readonly #watch = new Stopwatch();
  readonly #load: Load;
  readonly #normalizer: Normalizer;
  readonly #discards: Discards;
  readonly #tables = new Map<string, ResourceTables>();
  /** Pages taken of each resource. */
  readonly #pages = new Map<string, number>();
  readonly #streamable: ReadonlySet<string>;
  readonly #batches: RowBatch[] = [];
  readonly #migrated = new Map<string, number>();
  #taking: Promise<void> = Promise.resolve();

  /** Makes ready for rows. @throws {NormalizeError} "schema-contract" where a table is not allowed */
  static async begin(loading: Loading): Promise<Loader> {
    const { session, head: { loadId, pipelineName, schemaName } } = loading;
    const stored = await session.stored(pipelineName, schemaName);
    const load = await session.begin({ loadId, schemaName });
    try {
      const loader = new Loader(loading, load, stored);
      await clearTables(load, loader.#refresh);
      return loader;
    } catch (error) {
      await load[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(loading: Loading, load: Load, stored: Stored) {
    const { head: { loadId, schemaName, refresh }, destination: { capabilities } } = loading;
    const { rules = NO_RULES } = loading;
    const resources = Object.keys(loading.resources);
    this.#loading = loading;
    this.#load = load;
    this.#stored = stored;
    const schema = this.#schema = stored.schema === undefined
      ? new Schema(schemaName)
      : Schema.parse(stored.schema);
    this.#refresh = refreshSchema(refresh, schema, resources);
    this.#before = knownColumns(schema);
    const naming = this.#naming = new Naming(capabilities.maxIdentifierLength);
    this.#filledBefore = new Set(
      [...schema.tables.values()].filter(({ columns }) => columns.has("_dlt_id")).map(({ name }) => name)
        .filter((name) => !this.#refresh.emptied.includes(name)),
    );
    const { maxTableNesting } = loading.head;
    if (maxTableNesting !== undefined) schema.normalizer.max_nesting = maxTableNesting;
    loading.amend?.(schema, resources);
    if (loading.rules) applyRules(schema, rules);
    const contracts = new Contracts(schema, knownColumns(schema));
    const filling = {
      schema,
      naming,
      loadId,
      batchRows: capabilities.batchRows,
      sink: (batch: RowBatch) => void this.#batches.push(batch),
    };
    this.#discards = new Discards(filling);
    this.#normalizer = new Normalizer({ ...filling, rules: { contracts, discards: this.#discards } });
    const owners: TableContext["owners"] = new Map();
    for (const each of Object.entries(loading.resources)) {
      const contract = contractOf(rules, each[0]);
      const tables = new ResourceTables(each, { schema, naming, contracts, contract, owners });
      this.#tables.set(each[0], tables);
      // All root tables first, also those for which nothing comes: no list may take the name of one.
      placed({ resource: each[0] }, () => tables.declare());
    }
    this.#streamable = streamable(loading.resources, naming);
  }

  /** Whether the rows of a resource may be made while others are read: nothing then depends on who is faster. */
  streams(resource: string): boolean {
    return this.#streamable.has(resource);
  }

  /** Turns the records of a page into rows; `chosen` is the table that they chose. Calls may overlap. */
  take(resource: string, records: readonly JsonObject[], chosen?: string): Promise<void> {
    return this.#taking = this.#taking.then(async () => {
      this.#loading.signal.throwIfAborted();
      const page = (this.#pages.get(resource) ?? 0) + 1;
      this.#pages.set(resource, page);
      this.#watch.normalize(() =>
        placed({ resource, page }, () => this.#normalize(resource, records, chosen))
      );
      try {
        await this.#drain();
      } catch (error) {
        throw error instanceof SluiceError ? error.within({ resource, page }) : error;
      }
      this.#loading.emit({ type: "rows", rows: records.length });
    });
  }

  #normalize(resource: string, records: readonly JsonObject[], chosen: string | undefined): void {
    const { rules = NO_RULES } = this.#loading;
    const tables = this.#tables.get(resource)!;
    const hints = normalizing(tables.hints);
    const { table, refused } = tables.of(chosen);
    this.#discards.keeping = { resource, table: rejectedTableName(rules.rejectedTable(resource)) };
    for (const record of records) {
      if (table) this.#normalizer.add(table.name, record, hints);
      else this.#discards.row(refused, record);
    }
  }

  async #drain(): Promise<void> {
    for (const batch of this.#batches.splice(0)) {
      const columns = columnCount(batch.table);
      if (this.#migrated.get(batch.table.name) !== columns) {
        await this.#watch.load(() => this.#load.migrate([batch.table]));
        this.#migrated.set(batch.table.name, columns);
      }
      await this.#watch.load(() => this.#load.write(batch));
    }
  }

  /** Seconds spent so far on making rows, and in the destination. */
  seconds(): LoadedPackage["seconds"] {
    return this.#watch.seconds();
  }

  /** Takes what was not taken yet from the package, and publishes all of it. */
  async finish(pkg: LoadPackage): Promise<LoadedPackage> {
    const { manifest: { loadId, resources } } = pkg;
    const { emit, destination, head: { pipelineName } } = this.#loading;
    const schema = this.#schema;
    await pkg.check();
    checkBase(pkg, this.#stored);
    for (const [resource, summary] of Object.entries(resources)) {
      this.#tables.get(resource)!.settle(summary);
      if (!this.#pages.has(resource)) await this.#takeStored(pkg, resource);
    }
    await this.#taking;
    await this.#renewCopies(pkg);
    this.#watch.normalize(() => {
      this.#normalizer.flush();
      this.#discards.flush();
    });
    await this.#drain();
    this.#arrange();
    reportNormalizing(this.#normalizer, schema, emit);
    const tables = this.#publications(pkg);
    for (const { table, children } of tables) {
      // Without a row there are no columns but declared ones, and those of the system would come too late.
      if (table.columns.has("_dlt_id")) await this.#load.migrate(withRootKeys(schema, table, children));
    }
    reportDispositions(tables, { destination, filledBefore: this.#filledBefore, emit });
    const replacesOlder = this.#refresh.dropped.length > 0;
    const known = replacesOlder ? undefined : this.#stored.schema;
    const published = publication(pkg, schema, [...tables, ...this.#discards.tables().map(appended)], known);
    const version = published.version && { ...published.version, replacesOlder };
    const onto = { pipelineName, stored: this.#stored };
    const changes = await this.#watch.load(() => this.#load.publish({ ...published, version, onto }));
    const rows = this.#counts();
    emit({ type: "loaded", loadId, tables: rows });
    return {
      loadId,
      rows,
      ...changes && { changes },
      discarded: this.#discards.counts(),
      seconds: this.#watch.seconds(),
      schema: { version: schema.version, hash: schema.hash, changes: schemaChanges(this.#before, schema) },
    };
  }

  async #takeStored(pkg: LoadPackage, resource: string): Promise<void> {
    for await (const stored of pkg.pages(resource)) {
      const records = this.#watch.normalize(() => recordsOf(stored));
      await this.take(resource, records, stored.header.table);
    }
  }

  /** Adds rows for the copies of records that changed in the resource they are copied from. */
  async #renewCopies(pkg: LoadPackage): Promise<void> {
    const { resources } = pkg.manifest;
    const { session } = this.#loading;
    for (const [resource, { copiesOf, tables }] of Object.entries(resources)) {
      if (!copiesOf || !resources[copiesOf] || tables) continue;
      const { table } = this.#tables.get(resource)!.of();
      if (!table || !this.#filledBefore.has(table.name)) continue;
      const copies = await Copies.of(pkg, resource, { session, table: table.name, naming: this.#naming });
      if (!copies) continue;
      for await (const stored of pkg.pages(copiesOf)) {
        await this.take(resource, await copies.renew(recordsOf(stored)));
      }
    }
  }

  /** New tables in the order of their root tables, whichever had rows first. */
  #arrange(): void {
    const { tables } = this.#schema;
    const roots = [...tables.values()].filter(({ parent }) => parent === undefined).map(({ name }) => name);
    const rootOf = ({ name, parent }: Table): string =>
      parent === undefined ? name : rootOf(tables.get(parent)!);
    const fresh = [...tables.values()].filter(({ name }) => !this.#before.has(name))
      .map((table) => ({ table, rank: roots.indexOf(rootOf(table)) }))
      .sort((left, right) => left.rank - right.rank);
    for (const { table } of fresh) tables.delete(table.name);
    for (const { table } of fresh) tables.set(table.name, table);
  }

  /** Rows taken per table, in the order of the tables. */
  #counts(): Record<string, number> {
    const counts: Record<string, number> = { ...this.#normalizer.counts(), ...this.#discards.kept() };
    const names = [...this.#schema.tables.keys()].filter((name) => Object.hasOwn(counts, name));
    return Object.fromEntries(names.map((name) => [name, counts[name]!]));
  }

  #publications(pkg: LoadPackage): TablePublication[] {
    const parts = { pkg, schema: this.#schema, naming: this.#naming };
    return [...this.#tables.values()].flatMap((each) =>
      each.all().map((root) => tablePublication(root.table, root, parts))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taking.catch(() => {});
    await this.#load[Symbol.asyncDispose]();
  }
}

function appended(table: Table): TablePublication {
  return { table, children: [], disposition: "append", replaceAll: false };
}

function columnCount(table: Table): number {
  let known = 0;
  for (const column of table.columns.values()) if (column.data_type) known++;
  return known;
}

/** Says of an error where it came up. */
function placed(at: At, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) throw tooDeep(at, error);
    throw error instanceof NormalizeError ? error.within(at) : error;
  }
}

function tooDeep(at: At, cause: unknown): NormalizeError {
  return new NormalizeError("Cannot load a record: values in it are nested too deeply to be written down", {
    code: "too-deep",
    at,
    next: "leave the field out with a processing step, or ask the API for less",
    cause,
  });
}

/** What the normaliser must know of a resource. */
function normalizing(hints: StoredHints): RootTableHints {
  return { rootKey: handsDownRootKeys(hints) };
}

/**
 * A package holds what is new since a state, and the state after it: on any other one it would load rows twice, or
 * leave rows out that nobody would ask for again.
 */
function checkBase({ manifest: { loadId, state, onto }, directory }: LoadPackage, stored: Stored): void {
  const expected = onto === undefined ? state?._version_hash : onto ?? undefined;
  if (expected === stateHash(stored.state)) return;
  throw new StateError(
    `Cannot load package ${loadId}: the dataset is not as it was when the package was read`,
    {
      code: "package-outdated",
      at: { file: directory },
      next: "run again: the package is set aside then, and what it held is read again from the source",
    },
  );
}
