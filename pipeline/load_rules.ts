/**
 * What a run says of all tables: which contract holds for the tables of which resource, and where what contracts
 * keep out is kept. The run goes before the resource, the resource before the source. Pure.
 * @module
 */
import type { SourceSettings } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { contractProblem } from "./contracts.ts";
import { ConfigError } from "./errors.ts";
import type { LoadRules } from "./load.ts";
import type { SchemaContract } from "./schema_types.ts";

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

function checked(contract: SchemaContract | undefined, whose: string): SchemaContract | undefined {
  const problem = contract === undefined ? undefined : contractProblem(contract);
  if (problem === undefined) return contract;
  throw new ConfigError(`Cannot use the schema contract of ${whose}: it is no contract`, {
    code: "invalid-schema-contract",
    next: `write ${problem}`,
  });
}
