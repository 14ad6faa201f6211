/**
 * What a run says of all tables: which contract holds for the tables of which resource, and where what contracts
 * keep out is kept. The run goes before the resource, the resource before the source. Pure.
 * @module
 */
import type { SourceSettings } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { contractProblem } from "./contracts.ts";
import { ConfigError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { Schema } from "./schema.ts";
import type { SchemaContract } from "./schema_types.ts";

/** What a run says about contracts. */
export interface ContractRules {
  /** Goes before what resources say. */
  readonly run?: SchemaContract;
  /** For resources that say nothing. */
  readonly source?: SchemaContract;
  /** What a resource says of its own. */
  readonly resource: (name: string) => SchemaContract | undefined;
}

/** What a run says of all tables. */
export interface LoadRules {
  readonly contracts: ContractRules;
  /** The table for what contracts keep out of a resource's tables, as it is set. */
  readonly rejectedTable: (resource: string) => boolean | string | undefined;
  readonly rootKey?: boolean;
}

/** The rules of a run that says nothing. */
export const NO_RULES: LoadRules = {
  contracts: { resource: () => undefined },
  rejectedTable: () => undefined,
};

/** What a run may say. */
export interface RunRules {
  /** What may be added to the schema, for all tables, whatever resources say. */
  readonly schemaContract?: SchemaContract;
  /** Where rows and values are kept that contracts keep out; true is the table `rejected_rows`. */
  readonly rejectedTable?: boolean | string;
}

/**
 * The rules of a run.
 *
 * @throws {ConfigError} "invalid-schema-contract" for one of the run or the source that cannot be one
 */
export function loadRules(source: SourceSettings, { resources }: ResolvedSource, run: RunRules): LoadRules {
  const settings = new Map(resources.map((resource) => [resource.name, resource.settings]));
  return {
    contracts: {
      run: checked(run.schemaContract, "the run"),
      source: checked(source.schemaContract, "the source"),
      resource: (name) => settings.get(name)?.schema_contract ?? undefined,
    },
    rejectedTable: (name) => run.rejectedTable ?? settings.get(name)?.rejected_table ?? source.rejectedTable,
    rootKey: source.rootKey,
  };
}

/** Keeps what a run says with the schema, as dlt does. */
export function applyRules(schema: Schema, { contracts, rootKey }: LoadRules): void {
  const contract = contracts.run ?? contracts.source;
  if (contract === undefined) delete schema.settings.schema_contract;
  else schema.settings.schema_contract = contract as JsonValue;
  schema.rootKey = rootKey;
}

/** The contract that holds for the tables of a resource; undefined: what they keep. */
export function contractOf({ contracts }: LoadRules, resource: string): SchemaContract | undefined {
  return contracts.run ?? contracts.resource(resource);
}

function checked(contract: SchemaContract | undefined, whose: string): SchemaContract | undefined {
  const problem = contract === undefined ? undefined : contractProblem(contract);
  if (problem === undefined) return contract;
  throw new ConfigError(`Cannot use the schema contract of ${whose}: it is no contract`, {
    code: "invalid-schema-contract",
    next: `write ${problem}`,
  });
}
