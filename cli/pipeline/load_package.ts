/**
 * `pipeline <name> load-package [id]`: what a package that waits, was set aside or was loaded holds.
 * @module
 */
import type { Command } from "cli";
import { StateError } from "../../pipeline/errors.ts";
import { stringifyJson } from "../../pipeline/json.ts";
import { type LocalPackage, localPackages } from "../../pipeline/pipeline_directory.ts";
import type { TracedPackage } from "../../pipeline/trace.ts";
import { readTraces } from "../../pipeline/traces.ts";
import { helpEnd } from "../help.ts";
import { print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { aligned } from "../columns.ts";
import { findById } from "./find_by_id.ts";
import { findPipeline, type PipelineFlags } from "./open.ts";
import { packageLines } from "./trace_text.ts";

/** Adds arguments and action. */
export function define(command: Command): void {
  command
    .argument("[id]", "a load id (default: the newest package that waits, else the last that was loaded)")
    .addHelpText("after", helpEnd(["pipeline pets load-package", "pipeline pets load-package 1795 --json"]))
    .action(async (name: string, id: string | undefined, flags: PipelineFlags) => {
      const { directory } = await findPipeline(name);
      const local = (await localPackages(directory)).map(localView);
      const traced = (await readTraces(directory)).flatMap(({ packages }) => packages)
        .filter(({ state }) => state === "loaded").map(loadedView);
      const found = id === undefined
        ? local.findLast(({ state }) => state === "pending") ?? traced[0] ?? local.at(-1)
        : findById(id, [...local, ...traced], {
          idOf: ({ loadId }) => loadId,
          what: "load package",
          code: "unknown-load-package",
        });
      if (!found) {
        throw new StateError(`Cannot show a load package of pipeline "${name}": none is remembered`, {
          code: "no-load-package",
          at: { file: directory },
          next: "run it again",
        });
      }
      const { lines, ...data } = found;
      print(flags.json ? stringifyJson({ ok: true, pipeline: name, ...data }) : lines.join("\n"));
    });
}

interface PackageView {
  readonly loadId: string;
  readonly state: string;
  readonly lines: readonly string[];
}

function loadedView(traced: TracedPackage): PackageView {
  return { ...traced, lines: packageLines(traced) };
}

function localView({ loadId, status, path, manifest }: LocalPackage): PackageView {
  const { datasetName, destination, createdAt, schemaName } = manifest ?? {};
  const resources = Object.entries(manifest?.resources ?? {})
    .map(([resource, { pages, rows, replaceAll }]) => ({ resource, pages, rows, replaceAll }));
  const facts = [
    ["folder", path],
    ...(manifest ? [["created", createdAt!], ["for", `${destination}, dataset ${datasetName}`]] : []),
  ];
  const rows = resources.map(({ resource, pages, rows }) => [
    resource,
    counted(pages, "page"),
    counted(rows, "row"),
  ]);
  return {
    loadId,
    state: status,
    ...{ path, datasetName, destination, createdAt, schemaName, resources },
    lines: [
      `Load package ${loadId}: ${MEANINGS[status]}`,
      ...aligned(facts),
      ...(rows.length ? ["  Resources", ...aligned(rows, { indent: "    " })] : []),
    ],
  };
}

const MEANINGS: Record<LocalPackage["status"], string> = {
  pending: "NOT YET LOADED, the next run loads it",
  unfinished: "UNFINISHED, the next run goes on with it",
  damaged: "DAMAGED, the next run sets it aside and reads again",
  "set-aside": "SET ASIDE as damaged; what it held was read again",
};
