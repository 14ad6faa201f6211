/**
 * `pipeline <name> info`: where things are, what is stored, how far cursors came, and what waits.
 * @module
 */
import type { Command } from "cli";
import { formatError, SluiceError } from "../../pipeline/errors.ts";
import { stringifyJson } from "../../pipeline/json.ts";
import { localPackages } from "../../pipeline/pipeline_directory.ts";
import { helpEnd } from "../help.ts";
import { print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { aligned } from "../columns.ts";
import { cursorLines, type StoredFacts, storedFacts } from "./facts.ts";
import { type DatasetFlags, findPipeline, tryDataset, withDatasetFlags } from "./open.ts";
import { runOf } from "./runs.ts";
import { section } from "./trace_text.ts";

/** Adds options and action. */
export function define(command: Command): void {
  withDatasetFlags(command)
    .addHelpText("after", helpEnd(["pipeline pets info", "pipeline pets info --json"]))
    .action(info);
}

async function info(name: string, flags: DatasetFlags): Promise<void> {
  const known = await findPipeline(name, flags);
  const opened = await tryDataset(known, flags);
  let facts: StoredFacts | undefined;
  if (!(opened instanceof SluiceError)) {
    await using dataset = opened;
    facts = storedFacts(dataset);
  }
  const packages = (await localPackages(known.directory))
    .map(({ loadId, status, answers, manifest, path }) => ({
      loadId,
      state: status,
      answers,
      since: manifest?.createdAt,
      path,
    }));
  const lastRun = known.newest && runOf(known.newest);
  if (flags.json) {
    const problem = opened instanceof SluiceError
      ? { code: opened.code, message: opened.message }
      : undefined;
    const data = {
      ok: true,
      pipeline: name,
      directory: known.directory,
      ...facts,
      problem,
      packages,
      lastRun,
    };
    return print(stringifyJson(data));
  }
  print([
    `Pipeline ${name}`,
    ...aligned([
      ["on this machine", known.directory],
      ...(facts ? factRows(facts) : []),
      ["last run", lastRun ? `${lastRun.id}, ${lastRun.status}` : "none is remembered"],
    ]),
    ...(opened instanceof SluiceError
      ? ["", "Nothing can be read from the destination", formatError(opened)]
      : []),
    ...section(
      "Resources",
      (facts?.resources ?? []).map(({ resource, tables }) => [resource, tables.join(", ")]),
    ),
    ...section("Cursors", cursorLines(facts?.cursors ?? [])),
    ...section(
      "Load packages on this machine",
      packages.map(({ loadId, state, answers, since, path }) => [
        loadId,
        state,
        answers === undefined ? "" : `${counted(answers, "answer")} since ${since}`,
        path,
      ]),
    ),
  ].join("\n"));
}

function factRows({ destination, dataset, location, schema, stateVersion }: StoredFacts): string[][] {
  return [
    ["destination", `${destination}, dataset ${dataset}`],
    ["location", location],
    [
      "schema",
      schema
        ? `${schema.name}, version ${schema.version}, ${counted(schema.tables, "table")}`
        : "none is stored",
    ],
    ["state", stateVersion === undefined ? "none is stored" : `version ${stateVersion}`],
  ];
}
