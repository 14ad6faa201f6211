/**
 * Schema contracts: what a load may add to a schema, by table. The contract of a table is the one it keeps, else
 * its parent's, else that of the whole schema; a table that never had a row may still get its columns.
 * @module
 */
import { NormalizeError } from "./errors.ts";
import type { Schema } from "./schema.ts";
import type { KnownColumns } from "./schema_changes.ts";
import {
  CONTRACT_ENTITIES,
  CONTRACT_MODES,
  type ContractEntity,
  type ContractMode,
  type DataType,
  type SchemaContract,
  type Table,
} from "./schema_types.ts";

/** A contract with everything spelled out. */
export type Contract = Readonly<Record<ContractEntity, ContractMode>>;

/** A mode that does not let a change pass. */
export type Refusal = Exclude<ContractMode, "evolve">;

/** What a contract did not let pass. */
export interface Violation {
  readonly entity: ContractEntity;
  readonly mode: Refusal;
  readonly table: string;
  readonly column?: string;
  /** The type of the value that had no place. */
  readonly type?: DataType;
}

/** Spells a contract out; what it does not say evolves. */
export function spelledOut(contract: SchemaContract | undefined): Contract {
  const mode = (entity: ContractEntity) => {
    const given: unknown = typeof contract === "string" ? contract : contract?.[entity];
    return CONTRACT_MODES.find((each) => each === given) ?? "evolve";
  };
  return Object.fromEntries(CONTRACT_ENTITIES.map((entity) => [entity, mode(entity)])) as Contract;
}

/** What is wrong with a contract, as the end of a sentence; undefined where nothing is. */
export function contractProblem(given: unknown): string | undefined {
  const isMode = (value: unknown) => CONTRACT_MODES.some((each) => each === value);
  if (isMode(given)) return undefined;
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const isContract = isObject &&
    Object.entries(given).every(([entity, mode]) =>
      CONTRACT_ENTITIES.some((each) => each === entity) && isMode(mode)
    );
  return isContract
    ? undefined
    : `one of ${CONTRACT_MODES.join(", ")}, or an object with one for ${CONTRACT_ENTITIES.join(", ")}`;
}

/** The contracts of one load. */
export class Contracts {
  readonly #schema: Schema;
  readonly #known: KnownColumns;

  /** @param known columns before this load: a table without any is new in all of it */
  constructor(schema: Schema, known: KnownColumns) {
    this.#schema = schema;
    this.#known = known;
  }

  /** Whether a table never had a column with a type. */
  isNew(table: string): boolean {
    return !this.#known.get(table)?.size;
  }

  /** The contract of a table, made by what it says itself or by its place; undefined where all may change. */
  of(table: Pick<Table, "name" | "parent" | "schema_contract">): Contract | undefined {
    const contract = spelledOut(this.#given(table));
    const own = this.isNew(table.name) ? { ...contract, columns: "evolve" as const } : contract;
    return CONTRACT_ENTITIES.some((entity) => own[entity] !== "evolve") ? own : undefined;
  }

  /**
   * Whether a table that is new may be made.
   *
   * @throws {NormalizeError} "schema-contract" where tables are frozen
   */
  admits(table: Pick<Table, "name" | "parent" | "schema_contract">): Violation | undefined {
    if (!this.isNew(table.name)) return undefined;
    const mode = this.of(table)?.tables ?? "evolve";
    return mode === "evolve" ? undefined : this.refused({ entity: "tables", mode, table: table.name });
  }

  /**
   * The violation itself, where the data gives way.
   *
   * @throws {NormalizeError} "schema-contract" where it must not
   */
  refused(violation: Violation): Violation {
    if (violation.mode === "freeze") throw frozen(violation, this.#schema.name);
    return violation;
  }

  #given({ parent, schema_contract }: Pick<Table, "parent" | "schema_contract">): SchemaContract | undefined {
    if (schema_contract !== undefined) return schema_contract;
    const above = parent === undefined ? undefined : this.#schema.tables.get(parent);
    return above ? this.#given(above) : this.#schema.settings.schema_contract as SchemaContract | undefined;
  }
}

/** What would have changed, in words. */
export function changeOf({ entity, table, column, type }: Violation): string {
  switch (entity) {
    case "tables":
      return `add table "${table}"`;
    case "columns":
      return `add column "${column}" to table "${table}"`;
    case "data_type":
      return type
        ? `store a value of type ${type} in column "${column}" of table "${table}"`
        : `change the type of column "${column}" of table "${table}"`;
  }
}

function frozen(violation: Violation, schema: string): NormalizeError {
  const { entity, mode, table, column } = violation;
  return new NormalizeError(
    `Cannot ${changeOf(violation)}: the contract of schema "${schema}" for ${entity} is "${mode}"`,
    {
      code: "schema-contract",
      at: { table, column },
      next:
        `set schema_contract.${entity} to "evolve", "discard_row" or "discard_value", or put the source ` +
        "right, and run again: what was read is tried once more, and read anew where it still does not fit",
    },
  );
}
