/**
 * What is wrong with one resource that its schema cannot say. Pure.
 * @module
 */
import { jsonPath } from "../../pipeline/json_path.ts";
import { isReservedTable } from "../../pipeline/naming.ts";
import { Cursor } from "../cursor.ts";
import { attempt, type Problem } from "./problems.ts";
import { referenceProblems } from "./references.ts";
import { bodyProblems, settingProblems } from "./request_problems.ts";
import { columnsByName, type ResolvedEndpoint, type ResolvedResource } from "./resolve.ts";
import type { EndpointConfig, IncrementalConfig, ProcessingStep, ResponseAction } from "./rest_api_config.ts";
import { OWN_ANNOTATIONS } from "../../pipeline/table_hints.ts";
import type { PlacedResource } from "./validate.ts";

/** What is wrong with a resource, whether it says it itself or by its defaults. */
export function resourceProblems({ at, resource }: PlacedResource, hasCredentials: boolean): Problem[] {
  const { endpoint, incremental, parent, settings } = resource;
  const problems = settingsProblems(resource, at);
  if (endpoint) {
    const place = `${at}.endpoint`;
    problems.push(...referenceProblems(endpoint.config, { at: place, parent, incremental }));
    problems.push(...bodyProblems(endpoint.config, place));
    // What cannot be taken apart has been told with its place.
    if (!problems.length) problems.push(...attempt(`${place}.path`, () => endpoint.template));
    problems.push(...settingProblems(ownSettings(resource), { at: place, hasCredentials }));
    problems.push(...actionProblems(endpoint, place));
  }
  if (incremental) problems.push(...cursorProblems(incremental, `${at}.${cursorPlace(endpoint)}`));
  if (parent === undefined) problems.push(...orphanProblems(resource, at));
  for (const [index, step] of (settings.processing_steps ?? []).entries()) {
    if (hasFunction(step)) continue;
    const text = 'does nothing; set "filter", "map" or "yield_map" to a function';
    problems.push({ path: `${at}.processing_steps[${index}]`, text });
  }
  return problems;
}

/** The endpoint's settings without those that are checked where they are inherited from. */
function ownSettings({ endpoint, origins }: ResolvedResource): EndpointConfig {
  const isOwn = ([key]: [string, unknown]) => origins[`endpoint.${key}`] === "resource";
  return Object.fromEntries(Object.entries(endpoint!.config).filter(isOwn));
}

function hasFunction({ filter, map, yield_map }: ProcessingStep): boolean {
  return (filter ?? map ?? yield_map) !== undefined;
}

function settingsProblems({ name, settings }: ResolvedResource, at: string): Problem[] {
  const { columns, nested_hints: nested, table_name: table } = settings;
  const isNamed = (names: string[]) => names.every((name) => name.trim());
  const problems: Problem[] = [];
  const reserved = 'names a table that begins with "_dlt" or "sqlite_"; such names are reserved';
  if (typeof table === "string" && isReservedTable(table)) {
    problems.push({ path: `${at}.table_name`, text: reserved });
  } else if (!table && isReservedTable(name)) problems.push({ path: `${at}.name`, text: reserved });
  if (columns && !isNamed(Object.keys(columnsByName(columns)))) {
    problems.push({ path: `${at}.columns`, text: "has a column without a name" });
  }
  if (nested && !isNamed(Object.keys(nested))) {
    problems.push({ path: `${at}.nested_hints`, text: "has a list without a name" });
  }
  const taken = Object.entries(nested ?? {}).map(([name, hints]) =>
    [`nested_hints.${name}.`, hints] as const
  );
  for (const [place, hints] of [["", settings] as const, ...taken]) {
    for (const key of Object.keys(hints).filter((key) => OWN_ANNOTATIONS.has(key))) {
      problems.push({
        path: `${at}.${place}${key}`,
        text: "is set by Sluice itself; choose another name, or use write_disposition",
      });
    }
  }
  return problems;
}

/** Settings that are about a parent, of a resource that has none. */
function orphanProblems(
  { endpoint, incremental, settings, origins }: ResolvedResource,
  at: string,
): Problem[] {
  const cure = endpoint
    ? "refer to one by {resources.<name>.<field>} in the endpoint"
    : "name one by data_from";
  const given: Record<string, unknown> = {
    include_from_parent: Object.keys(settings.include_from_parent ?? {}).length > 0,
    parent_cursor: settings.parent_cursor,
    parent_filter: settings.parent_filter,
    every_parent: settings.every_parent,
    copies_of: settings.copies_of,
  };
  const problems = Object.keys(given).filter((key) => given[key] && origins[key] === "resource").map((
    key,
  ) => ({
    path: `${at}.${key}`,
    text: `needs a parent, and there is none; ${cure}`,
  }));
  if (incremental?.per_parent) {
    const path = `${at}.${cursorPlace(endpoint)}.per_parent`;
    problems.push({ path, text: `needs a parent, and there is none; ${cure}` });
  }
  return problems;
}

/** Where the cursor of a resource is written. */
function cursorPlace(endpoint: ResolvedEndpoint | undefined): string {
  const { params, incremental } = endpoint?.config ?? {};
  const isCursor = (value: unknown) => (value as { type?: unknown } | null)?.type === "incremental";
  const param = Object.keys(params ?? {}).find((name) => isCursor(params![name]));
  if (param !== undefined) return `endpoint.params.${param}`;
  return incremental ? "endpoint.incremental" : "incremental";
}

/** Actions that would always, or never, do something. */
function actionProblems({ response_actions: actions }: ResolvedEndpoint, at: string): Problem[] {
  return actions.flatMap((action, index): Problem[] => {
    if (typeof action === "function") return [];
    const { status_code: status, content } = action as ResponseAction;
    const path = `${at}.response_actions[${index}]`;
    if (status !== undefined && !/^[1-5]\d\d$/.test(String(status))) {
      return [{ path: `${path}.status_code`, text: "is no status, needed a number from 100 to 599" }];
    }
    if (content === "") {
      return [{ path: `${path}.content`, text: "is empty, needed a text that the body must contain" }];
    }
    if (status !== undefined || content !== undefined || typeof action.action !== "string") return [];
    return [{
      path,
      text: "would end every walk; set status_code or content to say for which answers it is",
    }];
  });
}

function cursorProblems(incremental: IncrementalConfig, at: string): Problem[] {
  const { cursor_path } = incremental;
  const paths = [cursor_path].flat();
  if (!paths.length || paths.includes("")) {
    return [{ path: `${at}.cursor_path`, text: "is empty, needed the JSON path of the cursor in a record" }];
  }
  const problems = paths.flatMap((path) => attempt(`${at}.cursor_path`, () => jsonPath(path)));
  return problems.length ? problems : rangeProblems(incremental, `${at}.end_value`);
}

/** What is wrong with the end of a range. */
function rangeProblems(incremental: IncrementalConfig, path: string): Problem[] {
  const { initial_value: initial, end_value: end } = incremental;
  if (end === undefined || end === null) return [];
  if (initial === undefined || initial === null) {
    return [{ path, text: "needs initial_value beside it, where the range begins" }];
  }
  if (isText(initial) !== isText(end)) return [{ path, text: "is of another type than initial_value" }];
  if (new Cursor(incremental, { resource: "", state: {} }).isRangeValid) return [];
  return [{ path, text: "lies before initial_value, needed one after it" }];
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value instanceof Date;
}
