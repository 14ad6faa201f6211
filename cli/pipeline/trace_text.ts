/**
 * A trace as text.
 * @module
 */
import { formatAt } from "../../pipeline/errors.ts";
import { discardedText } from "../../pipeline/load_info.ts";
import type { TableChange } from "../../pipeline/schema_changes.ts";
import type { Trace, TracedError, TracedPackage } from "../../pipeline/trace.ts";
import { counted } from "../progress_state.ts";
import { aligned } from "../columns.ts";
import { shown } from "../settings.ts";

/** The whole trace. */
export function formatTrace(trace: Trace): string {
  const { id, status, startedAt, seconds, steps, requests, resources, packages, warnings, error } = trace;
  const { pipelineName, source, destination, datasetName, location, options, configuration, versions } =
    trace;
  const asked = Object.entries(options).map(([name, value]) => `${name} ${shown(value)}`);
  return [
    `Run ${id} of pipeline ${pipelineName}: ${status.toUpperCase()}`,
    ...aligned([
      ["started", `${startedAt}, took ${seconds.toFixed(2)} s`],
      ["source", source],
      ["destination", `${destination}, dataset ${datasetName}${location ? `, ${location}` : ""}`],
      ...(asked.length ? [["asked", asked.join(", ")]] : []),
      ["requests", String(requests)],
      ["versions", `Sluice ${versions.sluice}, Deno ${versions.deno}, ${versions.system}`],
    ]),
    ...(error ? ["", "Error", ...errorLines(error)] : []),
    ...section(
      "Steps",
      steps.map(({ step, status, seconds }) => [
        step,
        status,
        seconds === undefined ? "" : `${seconds.toFixed(2)} s`,
      ]),
    ),
    ...section(
      "Resources",
      Object.entries(resources).map(([name, { pages, rows, requests }]) => [
        name,
        counted(pages, "page"),
        counted(rows, "row"),
        counted(requests, "request"),
      ]),
    ),
    ...packages.flatMap((each) => ["", ...packageLines(each)]),
    ...section("Warnings", warnings.map(({ code, resource, message }) => [code, resource ?? "", message])),
    ...section(
      "Configuration",
      configuration.map(({ owner, name, value, from }) => [owner, name, shown(value), from]),
    ),
  ].join("\n");
}

/** What a package of a run held. */
export function packageLines(traced: TracedPackage): string[] {
  const { loadId, state, rows, discarded = {}, schemaVersion, schemaChanges } = traced;
  const isLoaded = state === "loaded";
  const version = schemaVersion === undefined ? "" : `, schema version ${schemaVersion}`;
  return [
    `Load package ${loadId}: ${isLoaded ? "LOADED" : "NOT YET LOADED"}${version}`,
    ...aligned(Object.entries(rows).map(([table, count]) => [table, counted(count, "row")])),
    ...Object.entries(discarded).map(([table, kept]) => `  ${discardedText(table, kept)}`),
    ...(schemaChanges.length
      ? ["  Schema changes", ...aligned(schemaChanges.map(changeCells), { indent: "    " })]
      : []),
  ];
}

function changeCells({ table, isNew, newColumns }: TableChange): string[] {
  return [
    table,
    isNew ? "new table" : "new columns",
    newColumns.map(({ name, type }) => `${name} ${type}`).join(", "),
  ];
}

/** What ended a run, on up to three lines. */
export function errorLines({ code, message, at, next }: TracedError): string[] {
  const place = at && formatAt(at);
  return [
    `  ${code}: ${message}`,
    ...(place ? [`    at ${place}`] : []),
    ...(next ? [`    next: ${next}`] : []),
  ];
}

/** A title and aligned rows under it; nothing where there are none. */
export function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length ? ["", title, ...aligned(rows)] : [];
}
