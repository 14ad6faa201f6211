/**
 * Dropping resources of a pipeline: their tables, with all children, and what is remembered of them go in
 * one load, together with the schema and the state that no longer speak of them.
 * @module
 */
import type { Destination, Session } from "./destination.ts";
import { placeText, removePlaces, type StatePlace, statePlaces } from "./drop_state.ts";
import { ConfigError } from "./errors.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { newLoadId } from "./load_package.ts";
import { nearest } from "./nearest.ts";
import { versionRow } from "./publication.ts";
import { Schema } from "./schema.ts";
import type { Table } from "./schema_types.ts";
import { readState, type StateHeader, stateRow } from "./state.ts";

/** What is to be dropped. */
export interface DropSelection {
  /** Names of resources, and patterns such as `re:^group`, which count from the start of a name. */
  readonly resources: readonly string[];
  /** Every resource, whatever `resources` says. */
  readonly all?: boolean;
  /** Leave tables and rows; only forget cursors and other state. */
  readonly stateOnly?: boolean;
  /** JSON paths into what is remembered of the source; they may stand alone. */
  readonly statePaths?: readonly string[];
}

/** What a drop would do. */
export interface DropPlan {
  readonly resources: readonly string[];
  /** Tables that go, children after their parents. */
  readonly tables: readonly string[];
  /** Resources of which something is remembered. */
  readonly states: readonly string[];
  /** Other places in what is remembered of the source. */
  readonly statePaths: readonly string[];
}

/** A dataset and the pipeline whose part of it is meant. */
export interface DropTarget {
  readonly header: StateHeader;
  readonly destination: Destination;
  readonly session: Session;
}

/**
 * Says what a drop would do, without doing it.
 *
 * @throws {ConfigError} for names that are not there, patterns that are none, and a destination that cannot
 */
export async function planDrop(target: DropTarget, selection: DropSelection): Promise<DropPlan> {
  return (await work(target, selection)).plan;
}

/** Drops resources. What is dropped is gone in one step or, after an error, all there. */
export async function dropResources(target: DropTarget, selection: DropSelection): Promise<DropPlan> {
  const { session, header: { schemaName } } = target;
  const loadId = newLoadId();
  await using load = await session.begin({ loadId, schemaName });
  const { plan, places, schema, state } = await work(target, selection);
  for (const table of plan.tables) schema.tables.delete(table);
  removePlaces(sourceState(state, schemaName), places);
  const remembered = resourceStates(state, schemaName);
  for (const name of plan.states) delete remembered[name];
  await load.drop(plan.tables);
  const isChanged = schema.bump();
  await load.publish({
    loadId,
    schemaName,
    schemaVersionHash: schema.hash,
    insertedAt: Date.now(),
    tables: [],
    state: stateRow(state),
    version: isChanged ? versionRow(schema, schemaName) : undefined,
  });
  return plan;
}

async function work(
  { session, destination, header }: DropTarget,
  selection: DropSelection,
): Promise<{ plan: DropPlan; places: StatePlace[]; schema: Schema; state: JsonObject }> {
  if (!destination.capabilities.dropsTables) {
    throw new ConfigError(`Cannot drop: destination "${destination.name}" has no means to drop tables`, {
      code: "cannot-drop",
      next: "remove the tables with the means of the destination",
    });
  }
  const stored = await session.stored(header.pipelineName, header.schemaName);
  const schema = stored.schema === undefined ? new Schema(header.schemaName) : Schema.parse(stored.schema);
  const state = readState(stored.state, header);
  const remembered = Object.keys(resourceStates(state, header.schemaName));
  const known = [...new Set([...roots(schema).map(resourceOf), ...remembered])].sort();
  const resources = select(known, selection);
  const tables = selection.stateOnly ? [] : tablesOf(schema, resources);
  const states = resources.filter((name) => remembered.includes(name));
  const places = statePlaces(sourceState(state, header.schemaName), selection.statePaths ?? []);
  return { plan: { resources, tables, states, statePaths: places.map(placeText) }, places, schema, state };
}

/** The tables of these resources, or of all, children after their parents. */
export function tablesOf(schema: Schema, resources?: readonly string[]): string[] {
  return roots(schema).filter((table) => resources?.includes(resourceOf(table)) ?? true)
    .flatMap(({ name }) => [name, ...schema.descendants(name)]);
}

function roots(schema: Schema): Table[] {
  return [...schema.tables.values()].filter(({ name, parent }) =>
    parent === undefined && !name.startsWith("_dlt")
  );
}

function resourceOf({ name, resource }: Table): string {
  return resource ?? name;
}

/** What is remembered of the resources of a source; a pipeline may have several, with resources of one name. */
function resourceStates(state: JsonObject, source: string): JsonObject {
  const { resources } = sourceState(state, source);
  return isJsonObject(resources) ? resources : {};
}

function sourceState({ sources }: JsonObject, source: string): JsonObject {
  const found = isJsonObject(sources) && Object.hasOwn(sources, source) ? sources[source] : undefined;
  return isJsonObject(found) ? found : {};
}

function select(known: readonly string[], { resources, all, statePaths }: DropSelection): string[] {
  if (all) return [...known];
  if (!resources.length && statePaths?.length) return [];
  if (!resources.length) {
    throw new ConfigError("Cannot drop: no resource is named", {
      code: "nothing-to-drop",
      next: known.length
        ? `name some of ${known.join(", ")}, a pattern such as "re:^${known[0]}", or --drop-all`
        : "there is nothing to drop: the pipeline has no tables and remembers nothing",
    });
  }
  const chosen = new Set(resources.flatMap((name) => matching(name, known)));
  return known.filter((name) => chosen.has(name));
}

function matching(name: string, known: readonly string[]): string[] {
  const isPattern = name.startsWith("re:");
  const found = isPattern ? withPattern(name.slice(3), known) : known.filter((each) => each === name);
  if (found.length) return found;
  const hint = isPattern || !known.length ? "" : `did you mean "${nearest(name, known)}"? `;
  throw new ConfigError(
    `Cannot drop "${name}": ${isPattern ? "no resource matches it" : "the pipeline has no such resource"}`,
    {
      code: "unknown-resource",
      next: known.length
        ? `${hint}${hint ? "The" : "the"} resources are ${known.join(", ")}`
        : "there is nothing to drop: the pipeline has no tables and remembers nothing",
    },
  );
}

function withPattern(pattern: string, known: readonly string[]): string[] {
  try {
    const expression = new RegExp(`^(?:${pattern})`, "u");
    return known.filter((name) => expression.test(name));
  } catch (cause) {
    throw new ConfigError(`Cannot drop "re:${pattern}": it is no regular expression`, {
      code: "invalid-pattern",
      next: 'write a pattern such as "re:^group"',
      cause,
    });
  }
}
