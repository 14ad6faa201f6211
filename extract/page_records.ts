/**
 * The records of a page: what they take over from their parent, what the resource's steps make of them, and
 * how they are stored. Pure.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../pipeline/json.ts";
import type { NewPage } from "../pipeline/load_package.ts";
import { isAsItCame } from "../rest/as_it_came.ts";
import type { RestPage } from "../rest/types.ts";
import type { ResourceNode } from "./graph.ts";
import { callOwn } from "./own_code.ts";
import { asRecord, plainJson } from "./plain_json.ts";
import { applySteps } from "./processing_steps.ts";
import type { ResolvedResource } from "./definition/resolve.ts";
import type { ExtractedPage } from "./definition/source.ts";

/** A page as a resource takes it. */
export interface TakenPage {
  readonly records: JsonObject[];
  /** The page for the load package, without the dropped records. */
  store(drop: readonly number[]): NewPage;
  /** Some records as a page of their own, for a table that they chose. */
  storeOnly(records: readonly JsonObject[], table: string): NewPage;
}

/** Whether something is a page that the client read. */
export function isRestPage(page: unknown): page is RestPage {
  return isJsonObject(page) && isJsonObject(page.response) && Array.isArray(page.records) &&
    (page.response as Record<string, unknown>).bytes instanceof Uint8Array;
}

/**
 * Adds the parent's fields and applies the processing steps. Of what nobody can have changed only the place of
 * the answer is stored.
 *
 * @throws {SluiceError} when a step fails
 */
export function takePage(
  page: ExtractedPage,
  { name, settings, records: ownCode }: ResolvedResource,
  inject?: JsonObject,
): TakenPage {
  const steps = settings.processing_steps ?? [];
  const source = isRestPage(page) && (!ownCode || isAsItCame(page)) ? page : undefined;
  const arrived = source ? source.records : ownRecords(page, name);
  if (inject) { for (const record of arrived) Object.assign(record, inject); }
  const records = steps.length ? applySteps(arrived, steps, name) : arrived;
  const storeOnly = (some: readonly JsonObject[], table?: string) => ({
    header: { records: some.length, table },
    body: new TextEncoder().encode(stringifyJson(some)),
  });
  const kept = source?.response.kept;
  // An answer that repeats a secret is not kept; around the records nothing of that is needed.
  if (!source || records !== arrived || !kept) {
    return { records, storeOnly, store: (drop) => storeOnly(without(records, drop)) };
  }
  const { selector, response: { isPlain } } = source;
  return {
    records,
    storeOnly,
    store: (drop) => ({
      header: {
        select: selector,
        drop: drop.length ? drop : undefined,
        plain: isPlain,
        inject,
        records: records.length - drop.length,
      },
      body: kept,
    }),
  };
}

/** Records without those at these places. */
export function without(records: readonly JsonObject[], drop: readonly number[]): readonly JsonObject[] {
  if (!drop.length) return records;
  const dropped = new Set(drop);
  return records.filter((_, index) => !dropped.has(index));
}

/** Records of hand-written code as plain JSON; they stay the author's own. */
function ownRecords(page: ExtractedPage, resource: string): JsonObject[] {
  const items = isRestPage(page) ? page.records : Array.isArray(page) ? page : [page];
  return callOwn(
    { what: "its own function", resource },
    () => items.map((item) => asRecord(plainJson(item))),
  );
}

/**
 * What `include_from_parent` gives to every record of a child.
 *
 * @throws {ExtractError} "parent-field-missing"
 */
export function injected(
  { name, parent, resource }: ResourceNode,
  record: JsonObject,
): JsonObject | undefined {
  const { include_from_parent: fields } = resource.settings;
  if (!fields || !Object.keys(fields).length) return undefined;
  const pairs = Array.isArray(fields)
    ? fields.map((field: string) => [`_${parent!.name}_${field}`, field, ownField(record, field)] as const)
    : Object.entries(fields).map(([name, path]) => [name, path, fieldAt(record, path)] as const);
  return Object.fromEntries(pairs.map(([key, path, value]) => {
    if (value !== undefined) return [key, value];
    throw new ExtractError(
      `Cannot include "${path}" of "${parent!.name}": a record of it has no such field`,
      {
        code: "parent-field-missing",
        at: { resource: name },
        next: `use one of its fields: ${Object.keys(record).slice(0, 20).join(", ")}`,
      },
    );
  }));
}

function ownField(record: JsonObject, field: string): JsonValue | undefined {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}
