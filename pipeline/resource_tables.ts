/**
 * The root tables of one resource in a load: its own one, or those that its records chose. Where several
 * resources fill one table, the first of them has the say in it.
 * @module
 */
import type { ResourceSummary } from "./load_package.ts";
import type { Naming } from "./naming.ts";
import type { Schema } from "./schema.ts";
import type { Table } from "./schema_types.ts";
import { rootTable, type StoredHints } from "./table_hints.ts";

/** What the resources of a load share. */
export interface LoadTables {
  readonly schema: Schema;
  readonly naming: Naming;
  /** Resources by the names of the tables that they have the say in. */
  readonly owners: Map<string, ResourceTables>;
}

/** Finds the tables of a resource, and makes them in the schema. */
export class ResourceTables {
  readonly resource: string;
  readonly summary: ResourceSummary;
  readonly #shared: LoadTables;
  readonly #known = new Map<string | undefined, Table>();

  constructor(
    [resource, summary]: readonly [string, ResourceSummary],
    shared: LoadTables,
  ) {
    this.resource = resource;
    this.summary = summary;
    this.#shared = shared;
  }

  /** The table for a page; `chosen` is what its records chose, by its raw name. */
  of(chosen?: string): Table {
    const known = this.#known.get(chosen);
    if (known) return known;
    const { hints } = this.summary;
    const named = chosen === undefined ? hints : { ...hints, table_name: chosen };
    const table = this.#find(named);
    this.#known.set(chosen, table);
    return table;
  }

  #find(hints: StoredHints): Table {
    const { schema, naming, owners } = this.#shared;
    const name = naming.path(hints.table_name ?? this.resource);
    const owner = owners.get(name);
    if (owner && owner !== this) return schema.tables.get(name)!;
    owners.set(name, this);
    return rootTable(schema, naming, this.resource, hints);
  }

  /** All tables that the load says something about, and this resource has the say in. */
  all(): Table[] {
    const { tables } = this.summary;
    const found = tables ? [...tables, ...this.#older()].map((name) => this.of(name)) : [this.of()];
    return [...new Set(found)].filter(({ name }) => this.#shared.owners.get(name) === this);
  }

  /** Tables that records chose in earlier loads, where what this one brings replaces rows in all of them. */
  #older(): string[] {
    const { replaceAll, scope } = this.summary;
    if (!replaceAll && !scope) return [];
    return [...this.#shared.schema.tables.values()]
      .filter(({ resource, parent }) => resource === this.resource && parent === undefined)
      .map(({ name }) => name);
  }
}
