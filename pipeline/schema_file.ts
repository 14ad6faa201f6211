/**
 * A schema file that a person may have edited: read, checked key by key, and refused with file, line and reason.
 * @module
 */
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, visit, type YAMLMap } from "yaml";
import { contractProblem } from "./contracts.ts";
import { ConfigError } from "./errors.ts";
import { MERGE_STRATEGIES } from "./merge_strategies.ts";
import type { Naming } from "./naming.ts";
import { nearest } from "./nearest.ts";
import { isSystemTable } from "./schema_formats/parts.ts";
import { SCHEMA_ENGINE_VERSION } from "./schema.ts";
import { type Column, DATA_TYPES, type Table, WRITE_DISPOSITIONS } from "./schema_types.ts";

/** What a schema file says. */
export interface SchemaFile {
  /** Tables without the bookkeeping ones, parents before children. */
  readonly tables: readonly Table[];
}

/** Engine versions that differ in nothing that a file says of tables. */
const OLDEST_ENGINE = 10;

type Check = "text" | "boolean" | "size" | "contract" | "any" | readonly string[];

const COLUMN_KEYS: Readonly<Record<string, Check>> = {
  name: "text",
  data_type: DATA_TYPES,
  description: "text",
  precision: "size",
  scale: "size",
  dedup_sort: ["asc", "desc"],
  nullable: "boolean",
  timezone: "boolean",
  primary_key: "boolean",
  merge_key: "boolean",
  unique: "boolean",
  row_key: "boolean",
  parent_key: "boolean",
  root_key: "boolean",
  hard_delete: "boolean",
  variant: "boolean",
  sort: "boolean",
  partition: "boolean",
  cluster: "boolean",
  incremental: "boolean",
};
const TABLE_KEYS: Readonly<Record<string, Check>> = {
  name: "text",
  columns: "any",
  parent: "text",
  write_disposition: WRITE_DISPOSITIONS,
  "x-merge-strategy": Object.keys(MERGE_STRATEGIES),
  resource: "text",
  description: "text",
  schema_contract: "contract",
  file_format: "any",
  table_format: "any",
  filters: "any",
  references: "any",
};
const DOCUMENT_KEYS: Readonly<Record<string, Check>> = {
  version: "any",
  version_hash: "any",
  engine_version: "any",
  name: "text",
  tables: "any",
  settings: "any",
  normalizers: "any",
  previous_hashes: "any",
  imported_version_hash: "any",
  description: "text",
};

/** Reads a file's text. @throws {ConfigError} "schema-file-invalid" with line and reason */
export function parseSchemaFile(
  text: string,
  { file, schemaName, naming }: { file: string; schemaName: string; naming: Naming },
): SchemaFile {
  return new Reader(text, file).read(schemaName, naming);
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #lines = new LineCounter();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(schemaName: string, naming: Naming): SchemaFile {
    // What dlt writes is read as dlt reads it; a key that stands twice is an error.
    const document = parseDocument(this.#text, {
      version: "1.1",
      lineCounter: this.#lines,
      uniqueKeys: true,
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error) this.#refuse(error.pos[0], `it is not YAML: ${error.message.split("\n")[0]}`);
    // Aliases multiply: a few lines may stand for more than a memory holds.
    visit(document, {
      Alias: (_key, alias) => this.#refuse(this.#position(alias), "it has an alias; write it out"),
    });
    const root = this.#map(document.contents, "the file");
    this.#checkKeys(root, DOCUMENT_KEYS, "the schema");
    const name = this.#value(root, "name");
    if (name?.value !== schemaName) {
      this.#refuse(name?.at ?? 0, `its name is "${name?.value ?? ""}", and must be "${schemaName}"`);
    }
    const engine = this.#value(root, "engine_version");
    const isKnown = Number(engine?.value) >= OLDEST_ENGINE && Number(engine?.value) <= SCHEMA_ENGINE_VERSION;
    if (engine && !isKnown) {
      const known = `${OLDEST_ENGINE} to ${SCHEMA_ENGINE_VERSION}`;
      this.#refuse(engine.at, `its engine_version is ${engine.value}, and must be ${known}`);
    }
    const tables = root.get("tables", true);
    if (tables === undefined) this.#refuse(0, "it has no tables");
    const read = this.#map(tables, "tables").items.map((pair) =>
      this.#table(pair as Pair<Node, Node>, naming)
    );
    return { tables: this.#ordered(read.filter(({ table }) => !isSystemTable(table.name))) };
  }

  #table({ key, value }: Pair<Node, Node>, naming: Naming): { table: Table; at: number } {
    const name = this.#name(key, "table", naming);
    const map = this.#map(value, `table "${name}"`, this.#position(key));
    const hints = this.#checkKeys(map, TABLE_KEYS, `table "${name}"`);
    const columns = map.get("columns", true);
    const table = { ...hints, name, columns: new Map<string, Column>() } as Table;
    const pairs = columns === undefined ? [] : this.#map(columns, `columns of "${name}"`).items;
    for (const pair of pairs as Pair<Node, Node>[]) {
      const column = this.#name(pair.key, "column", naming);
      const place = `column "${column}" of "${name}"`;
      const found = this.#checkKeys(
        this.#map(pair.value, place, this.#position(pair.key)),
        COLUMN_KEYS,
        place,
      );
      table.columns.set(column, { ...found, name: column });
    }
    return { table, at: this.#position(key) };
  }

  /** Names stand as they are at the destination, since a schema is written after naming. */
  #name(key: Node, kind: string, naming: Naming): string {
    const name = isScalar(key) ? String(key.value) : "";
    let normal = "";
    try {
      normal = naming.path(name);
    } catch {
      // An empty name.
    }
    if (name === normal || isSystemTable(name)) return name;
    this.#refuse(
      this.#position(key),
      `the ${kind} name ${JSON.stringify(name)} is not as tables have it${normal && `, that is "${normal}"`}`,
    );
  }

  /** The values of a map whose keys are all known. */
  #checkKeys(map: YAMLMap, known: Readonly<Record<string, Check>>, place: string): Record<string, unknown> {
    const values: [string, unknown][] = [];
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      const name = isScalar(key) ? String(key.value) : "";
      const check = Object.hasOwn(known, name) ? known[name] : /^x-./.test(name) ? "any" : undefined;
      if (check === undefined) {
        const meant = nearest(name, Object.keys(known));
        this.#refuse(this.#position(key), `${place} has the unknown key "${name}"; did you mean "${meant}"?`);
      }
      // A hint without a value is one that is not given, as in dlt.
      if (isScalar(value) && value.value === null) continue;
      const problem = problemOf(value, check);
      if (problem) this.#refuse(this.#position(value ?? key), `"${name}" of ${place} must be ${problem}`);
      if (name !== "columns" && name !== "tables") values.push([name, plain(value)]);
    }
    return Object.fromEntries(values);
  }

  #ordered(read: readonly { table: Table; at: number }[]): Table[] {
    const byName = new Map(read.map((each) => [each.table.name, each]));
    const done = new Set<Table>();
    const visit = ({ table, at }: { table: Table; at: number }, below: readonly string[]): void => {
      if (done.has(table)) return;
      if (below.includes(table.name)) this.#refuse(at, `table "${table.name}" is its own parent`);
      if (table.parent !== undefined) {
        const parent = byName.get(table.parent);
        if (!parent) this.#refuse(at, `the parent "${table.parent}" of table "${table.name}" is not there`);
        visit(parent, [...below, table.name]);
      }
      done.add(table);
    };
    read.forEach((each) => visit(each, []));
    return [...done];
  }

  #map(node: unknown, place: string, at?: number): YAMLMap {
    if (isMap(node)) return node;
    this.#refuse(at ?? this.#position(node), `${place} must be keys and values`);
  }

  #value(map: YAMLMap, key: string): { value: unknown; at: number } | undefined {
    const node = map.get(key, true);
    return node === undefined ? undefined : { value: node.value, at: this.#position(node) };
  }

  #position(node: unknown): number {
    return (node as Node | undefined)?.range?.[0] ?? 0;
  }

  #refuse(offset: number, reason: string): never {
    const { line, col } = this.#lines.linePos(offset);
    throw new ConfigError(`Cannot use the schema file: ${reason}`, {
      code: "schema-file-invalid",
      at: { file: this.#file, line: Math.max(line, 1), columnNumber: Math.max(col, 1) },
      next: "correct that line, or remove the file: the next run writes it anew",
    });
  }
}

function problemOf(node: Node | null, check: Check): string | undefined {
  const value = isScalar(node) ? node.value : undefined;
  if (typeof check === "object") {
    return check.includes(value as string) ? undefined : `one of ${check.join(", ")}`;
  }
  switch (check) {
    case "text":
      return typeof value === "string" ? undefined : "text";
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "size":
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : "a whole number from 0 on";
    case "contract":
      return contractProblem(plain(node));
    case "any":
      return undefined;
  }
}

function plain(node: Node | null): unknown {
  return isScalar(node) ? node.value : node?.toJSON();
}
