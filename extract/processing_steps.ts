/**
 * Processing steps: what an author's functions make of the records of a page, in their order. Pure but for them.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { callOwn } from "./own_code.ts";
import { asRecord, plainJson } from "./plain_json.ts";
import type { ProcessingStep } from "./definition/rest_api_config.ts";

/**
 * The records after all steps. Of several functions in one step `filter` comes first, then `map`, then
 * `yield_map`.
 *
 * @throws {ExtractError} "source-failed" when a function throws, "invalid-step" when it returns no record
 * @throws {ConfigError} "async-function" when one returns a promise
 */
export function applySteps(
  records: JsonObject[],
  steps: readonly ProcessingStep[],
  resource: string,
): JsonObject[] {
  let results = records;
  for (const { filter, map, yield_map } of steps) {
    if (filter) {
      const step = new Step("filter", resource);
      results = results.filter((record) => step.call(() => filter(record)));
    }
    if (map) {
      const step = new Step("map", resource);
      results = results.map((record) => step.record(step.call(() => map(record))));
    }
    if (yield_map) {
      const step = new Step("yield_map", resource);
      results = results.flatMap((record) =>
        step.list(step.call(() => yield_map(record))).map((item) => step.record(item))
      );
    }
  }
  return results;
}

/** One function of a step, for what goes wrong in it. */
class Step {
  readonly #what: string;
  readonly #resource: string;

  constructor(name: keyof ProcessingStep, resource: string) {
    this.#what = `"${name}" of processing_steps`;
    this.#resource = resource;
  }

  call<T>(action: () => T): T {
    return callOwn({ what: this.#what, resource: this.#resource }, action);
  }

  /** A result as a record. Whoever forgets to return one would load empty rows. */
  record(result: unknown): JsonObject {
    const plain = this.call(() => plainJson(result));
    if (plain !== undefined && plain !== null) return asRecord(plain);
    throw this.#invalid(
      "gave nothing in place of a record",
      "return the record; to leave records out use filter, or yield_map with an empty list",
    );
  }

  /** What it gives one by one; a generator works while that is taken. */
  list(result: unknown): unknown[] {
    if (typeof result === "object" && result !== null && Symbol.iterator in result) {
      return this.call(() => [...result as Iterable<unknown>]);
    }
    throw this.#invalid("returned no list and no generator", "return a list, or write it as function*");
  }

  #invalid(what: string, next: string): ExtractError {
    return new ExtractError(`Cannot read "${this.#resource}": ${this.#what} ${what}`, {
      code: "invalid-step",
      at: { resource: this.#resource },
      next,
    });
  }
}
