/**
 * `sluice schema [pipeline]`: the tables of a pipeline as YAML, JSON, DBML, Mermaid, SQL or TypeScript; and
 * `sluice schema diff`: what a run, or any two versions, changed in them.
 * @module
 */
import { type Command, Option } from "cli";
import { ConfigError } from "../pipeline/errors.ts";
import { formatChanges, schemaChanges } from "../pipeline/schema_diff.ts";
import { SCHEMA_FORMATS, type SchemaFormat } from "../pipeline/schema_formats/mod.ts";
import { newestVersion, schemaHistory, type VersionPair, versionPair } from "../pipeline/schema_versions.ts";
import { choosePipeline, type PipelineFlags, withPipelineFlags } from "./choose_pipeline.ts";
import { helpEnd } from "./help.ts";
import { note } from "./print.ts";
import { printable } from "./printable.ts";
import { counted } from "./progress_state.ts";

interface SchemaFlags extends PipelineFlags {
  readonly schemaName?: string;
  readonly json?: boolean;
}

/** What is shown, and how. */
export interface ShowFlags extends SchemaFlags {
  readonly format: SchemaFormat;
  readonly system: boolean;
}

interface DiffFlags extends SchemaFlags {
  readonly from?: string;
  readonly to?: string;
}

/** Adds arguments, options, action and the command below it. */
export function define(command: Command): void {
  withShowFlags(withSchemaFlags(command.argument("[pipeline]", "its name, as --pipeline-name gives it")))
    .option("--json", "the same as --format json")
    .addHelpText(
      "after",
      helpEnd([
        "schema",
        "schema demo --format mermaid --no-system",
        "schema --format typescript > tables.ts",
      ]),
    )
    .action((name: string | undefined, flags: ShowFlags) => showSchema(named(flags, name)));
  withSchemaFlags(command.command("diff").argument("[pipeline]", "its name, as --pipeline-name gives it"))
    .description("Show what the last run changed, or any two versions")
    .option("--from <version>", "number or hash of the older version (default: before the last run)")
    .option("--to <version>", "number or hash of the newer one (default: the newest)")
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(["schema diff", "schema diff --from 1", "schema diff demo --to 3 --json"]))
    // Commander hands options that both know to the upper command.
    .action((name: string | undefined, _flags: unknown, self: Command) =>
      diff(named(self.optsWithGlobals() as DiffFlags, name))
    );
}

/** Adds the options that say how a schema is shown. */
export function withShowFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "language").choices(Object.keys(SCHEMA_FORMATS)).default("yaml"),
    )
    .option("--no-system", "leave out the tables that Sluice and dlt keep for themselves");
}

function withSchemaFlags(command: Command): Command {
  return withPipelineFlags(command)
    .option("--schema-name <name>", "which schema of the dataset (default: the one loaded last)");
}

/** The flags with the pipeline that the argument names. */
function named<F extends SchemaFlags>(flags: F, name: string | undefined): F {
  if (name === undefined) return flags;
  if (flags.pipelineName === undefined || flags.pipelineName === name) {
    return { ...flags, pipelineName: name };
  }
  throw new ConfigError(`Cannot show two pipelines: "${name}" and --pipeline-name "${flags.pipelineName}"`, {
    code: "usage",
    next: "give one of them",
  });
}

/** Prints the schema of a pipeline. */
export async function showSchema(flags: ShowFlags): Promise<void> {
  const pipeline = await choosePipeline(flags);
  let location = "";
  const history = await schemaHistory(async (sql) => {
    const result = await pipeline.query(sql);
    location = result.location;
    return result;
  }, flags.schemaName);
  const { schema, version, insertedAt } = newestVersion(history);
  const format = SCHEMA_FORMATS[flags.json ? "json" : flags.format];
  // Not through `print`: the text is data, and removing what happens to look like a secret would falsify it.
  console.log(printable(format(schema, { system: flags.system }).trimEnd(), "\n"));
  note(`schema ${history.name}, version ${version} of ${insertedAt}, from ${location}`);
}

async function diff(flags: DiffFlags): Promise<void> {
  const pipeline = await choosePipeline(flags);
  const history = await schemaHistory((sql) => pipeline.query(sql), flags.schemaName);
  const pair = versionPair(history, flags);
  const changes = schemaChanges(pair.from?.schema, pair.to.schema);
  if (flags.json) {
    const { from, to, loadId } = pair;
    const text = JSON.stringify({
      ok: true,
      schema: history.name,
      loadId,
      from: brief(from),
      to: brief(to),
      changes,
    });
    return console.log(printable(text));
  }
  const text = [heading(history.name, pair), formatChanges(changes) || "nothing changed"].join("\n");
  console.log(printable(text, "\n"));
  note(counted(changes.length, "change"));
}

function brief(
  version: VersionPair["from"],
): { version: number; hash: string; insertedAt: string } | undefined {
  return version && { version: version.version, hash: version.hash, insertedAt: version.insertedAt };
}

function heading(name: string, { from, to, loadId }: VersionPair): string {
  const start = from ? `version ${from.version}` : "nothing";
  const of = loadId === undefined ? "" : `, load package ${loadId}`;
  return `Schema ${name}: ${start} → version ${to.version}${of}`;
}
