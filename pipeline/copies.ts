/**
 * Copies of records under several parents, such as a user in each of their groups: when the record itself
 * changed, its copies under parents that were not read again are renewed from it, without a request.
 * @module
 */
import type { Session } from "./destination.ts";
import { fieldAt } from "./field_path.ts";
import type { JsonObject } from "./json.ts";
import { keyPart, type LoadPackage, type ResourceSummary } from "./load_package.ts";
import type { Naming } from "./naming.ts";
import { keysOf } from "./table_hints.ts";

const KEYS_PER_QUERY = 500;

/** Finds where copies of changed records stand. */
export class Copies {
  readonly #session: Session;
  readonly #table: string;
  readonly #scopeFields: readonly string[];
  readonly #keyField: string;
  readonly #columns: readonly string[];
  /** Parents whose rows come from this load, or that are gone. */
  readonly #settled = new Set<string>();
  readonly #kept = new Set<string>();
  readonly #complete: boolean;

  private constructor(session: Session, table: string, summary: ResourceSummary, naming: Naming) {
    this.#session = session;
    this.#table = table;
    this.#scopeFields = summary.scope!.fields;
    this.#complete = summary.scope!.complete;
    this.#keyField = keysOf(summary.hints).primary.find((field) => !this.#scopeFields.includes(field))!;
    this.#columns = [this.#keyField, ...this.#scopeFields].map((field) => naming.path(field));
  }

  /** Undefined when there is nothing to renew: all of the table is replaced, or it is new. */
  static async of(
    pkg: LoadPackage,
    resource: string,
    { session, table, naming }: { session: Session; table: string; naming: Naming },
  ): Promise<Copies | undefined> {
    const summary = pkg.manifest.resources[resource];
    if (!summary.scope || summary.replaceAll) return undefined;
    const copies = new Copies(session, table, summary, naming);
    for await (const { key, walked } of pkg.keys(resource)) {
      (walked ? copies.#settled : copies.#kept).add(JSON.stringify(key));
    }
    return copies;
  }

  /** Each changed record once per parent that keeps a copy of it, with that parent's fields. */
  async renew(records: readonly JsonObject[]): Promise<JsonObject[]> {
    const byKey = new Map(records.map((record) => [keyPart(fieldAt(record, this.#keyField)), record]));
    const renewed: JsonObject[] = [];
    const keys = [...byKey.keys()];
    for (let start = 0; start < keys.length; start += KEYS_PER_QUERY) {
      for (const [key, ...parents] of await this.#find(keys.slice(start, start + KEYS_PER_QUERY))) {
        const scope = JSON.stringify(parents);
        if (this.#settled.has(scope) || (this.#complete && !this.#kept.has(scope))) continue;
        const injected = this.#scopeFields.map((field, index) => [field, parents[index]]);
        renewed.push({ ...byKey.get(key)!, ...Object.fromEntries(injected) });
      }
    }
    return renewed;
  }

  async #find(keys: readonly string[]): Promise<string[][]> {
    const quoted = this.#columns.map((column) => `"${column.replaceAll('"', '""')}"`);
    const texts = keys.map((key) => `'${key.replaceAll("'", "''")}'`);
    const table = `"${this.#table.replaceAll('"', '""')}"`;
    const { rows } = await this.#session.query(
      `SELECT ${quoted.join(", ")} FROM ${table} WHERE ${quoted[0]} IN (${texts.join(", ")})`,
    );
    return rows.map((row) => row.map(String));
  }
}
