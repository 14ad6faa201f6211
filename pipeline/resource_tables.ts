/**
 * The root tables of one resource in a load: its own one, or those that its records chose.
 * @module
 */
import type { ResourceSummary } from "./load_package.ts";
import type { Naming } from "./naming.ts";
import type { Schema } from "./schema.ts";
import type { Table } from "./schema_types.ts";
import { rootTable } from "./table_hints.ts";

/** Finds the tables of a resource, and makes them in the schema. */
export class ResourceTables {
  readonly resource: string;
  readonly summary: ResourceSummary;
  readonly #schema: Schema;
  readonly #naming: Naming;
  readonly #known = new Map<string | undefined, Table>();

  constructor(
    [resource, summary]: readonly [string, ResourceSummary],
    { schema, naming }: { schema: Schema; naming: Naming },
  ) {
    this.resource = resource;
    this.summary = summary;
    this.#schema = schema;
    this.#naming = naming;
  }

  /** The table for a page; `chosen` is what its records chose, by its raw name. */
  of(chosen?: string): Table {
    const known = this.#known.get(chosen);
    if (known) return known;
    const { hints } = this.summary;
    const named = chosen === undefined ? hints : { ...hints, table_name: chosen };
    const table = rootTable(this.#schema, this.#naming, this.resource, named);
    this.#known.set(chosen, table);
    return table;
  }

  /** All tables that the load says something about. */
  all(): Table[] {
    const { tables } = this.summary;
    if (!tables) return [this.of()];
    return [...new Set([...tables, ...this.#older()].map((name) => this.of(name)))];
  }

  /** Tables that records chose in earlier loads, where what this one brings replaces rows in all of them. */
  #older(): string[] {
    const { replaceAll, scope } = this.summary;
    if (!replaceAll && !scope) return [];
    return [...this.#schema.tables.values()]
      .filter(({ resource, parent }) => resource === this.resource && parent === undefined)
      .map(({ name }) => name);
  }
}
