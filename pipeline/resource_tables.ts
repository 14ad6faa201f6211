/**
 * The root tables of one resource in a load: its own one, or those that its records chose, and with each the
 * tables of lists that are roots by their hints. Where several resources fill one table, the first of them has
 * the say in it.
 * @module
 */
import { hintsUnder } from "./contract_hints.ts";
import type { Contracts, Violation } from "./contracts.ts";
import type { ResourceSummary } from "./load_package.ts";
import type { Naming } from "./naming.ts";
import { type NestedRoot, nestedTables } from "./nested_hints.ts";
import type { Schema } from "./schema.ts";
import type { SchemaContract, Table } from "./schema_types.ts";
import { annotate, dispositionOf, rootTable, type StoredHints } from "./table_hints.ts";

/** What tables are made with. */
export interface TableContext {
  readonly schema: Schema;
  readonly naming: Naming;
  readonly contracts: Contracts;
  /** The contract of the resource's tables in this load; undefined: what they keep. */
  readonly contract?: SchemaContract;
  /** Tables with the resource that has the say in each; all resources of a load share it. */
  readonly owners: Map<string, { readonly by: string; readonly found: FoundTable }>;
}

/** A table of a resource, or why there is none. */
export type FoundTable =
  | { readonly table: Table; readonly refused?: undefined }
  | { readonly table?: undefined; readonly refused: Violation };

/** A root table, and the summary that its rows are published by. */
export interface PublishedRoot {
  readonly resource: string;
  readonly table: Table;
  readonly summary: ResourceSummary;
}

/** Whether a table ever had a row; one that hints made alone is yet to be. */
function hasRows({ columns }: Table): boolean {
  return columns.has("_dlt_id");
}

/** What is known of a resource before it is read. */
export interface PlannedResource {
  readonly hints: StoredHints;
  /** Where records choose their tables: those that are known already. */
  readonly tables?: readonly string[];
}

/** Finds the tables of a resource, and makes them in the schema. */
export class ResourceTables {
  readonly resource: string;
  readonly #planned: PlannedResource;
  #summary: ResourceSummary | undefined;
  readonly #context: TableContext;
  readonly #known = new Map<string | undefined, FoundTable>();
  readonly #nested: NestedRoot[] = [];

  constructor([resource, planned]: readonly [string, PlannedResource], context: TableContext) {
    this.resource = resource;
    this.#planned = planned;
    this.#context = context;
  }

  get hints(): StoredHints {
    return this.#planned.hints;
  }

  /** Makes the tables that are known, also when there will be nothing for them. */
  declare(): void {
    for (const name of this.#planned.tables ?? [undefined]) this.of(name);
  }

  /** Tells what came of reading. */
  settle(summary: ResourceSummary): void {
    this.#summary = summary;
  }

  /**
   * The table for a page; `chosen` is what its records chose, by its raw name.
   *
   * @throws {NormalizeError} "schema-contract" where a frozen contract knows nothing of it
   */
  of(chosen?: string): FoundTable {
    const known = this.#known.get(chosen);
    if (known) return known;
    const found = this.#find(chosen);
    this.#known.set(chosen, found);
    return found;
  }

  #find(chosen: string | undefined): FoundTable {
    const { schema, naming, contracts, contract, owners } = this.#context;
    const { hints } = this;
    const named = chosen === undefined ? hints : { ...hints, table_name: chosen };
    const name = naming.path(named.table_name ?? this.resource);
    const owner = owners.get(name);
    if (owner && owner.by !== this.resource) return owner.found;
    const known = schema.tables.get(name);
    const place = { name, schema_contract: contract ?? known?.schema_contract };
    const refused = contracts.admits(place);
    if (refused) return { refused };
    const allowed = hintsUnder(known && { ...known, ...place }, named, { contracts, naming });
    const table = rootTable(schema, naming, this.resource, allowed);
    if (contract !== undefined) table.schema_contract = contract;
    annotate(table, hints);
    const context = { resource: this.resource, schema, naming, contracts };
    this.#nested.push(...nestedTables(table, hints.nested_hints ?? {}, context));
    const found = { table };
    owners.set(name, { by: this.resource, found });
    return found;
  }

  /** All root tables that the load says something about, and this resource has the say in. */
  all(): PublishedRoot[] {
    const { resource } = this;
    const summary = this.#summary!;
    const names = summary.tables ? [...summary.tables, ...this.#older()] : [undefined];
    const found = new Set(names.flatMap((name) => this.of(name).table ?? []));
    const own = [...found].filter(({ name }) => this.#context.owners.get(name)?.by === this.resource);
    return [
      ...own.map((table) => ({ resource, table, summary })),
      ...this.#nested.filter(({ table }) => hasRows(table))
        .map(({ table, hints }) => ({ resource, table, summary: this.#nestedSummary(hints) })),
    ];
  }

  /** Rows of lists are read with their records, and say nothing of what was not read. */
  #nestedSummary(hints: NestedRoot["hints"]): ResourceSummary {
    const summary = this.#summary!;
    const isReplaced = ({ disposition }: { disposition: string }) => disposition === "replace";
    const replaceAll = isReplaced(dispositionOf(hints)) &&
      (summary.replaceAll || !isReplaced(dispositionOf(summary.hints)));
    return { ...summary, hints, replaceAll, scope: undefined };
  }

  /** Tables that records chose in earlier loads, where what this one brings replaces rows in all of them. */
  #older(): string[] {
    const { replaceAll, scope } = this.#summary!;
    if (!replaceAll && !scope) return [];
    const nested = new Set(this.#nested.map(({ table }) => table));
    return [...this.#context.schema.tables.values()]
      .filter((table) => table.resource === this.resource && table.parent === undefined && !nested.has(table))
      .map(({ name }) => name);
  }
}
