/**
 * Whether a source answers: one page of some of its resources, without storing anything.
 * @module
 */
import { buildSource } from "../pipeline/build_source.ts";
import { Configuration } from "../pipeline/config.ts";
import { formatError, SluiceError } from "../pipeline/errors.ts";
import { probe } from "./probe.ts";
import type { Source } from "./definition/source.ts";

/** What {@link checkConnection} finds. */
export interface ConnectionCheck {
  readonly ok: boolean;
  /** What is wrong, in a few lines; empty when nothing is. */
  readonly message: string;
}

/**
 * Reads one page of each named resource, or of all that are selected.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkConnection, defineResource, defineSource } from "@sluice/sluice";
 *
 * const numbers = defineSource("numbers", {}, () => [
 *   defineResource("one", {}, async function* () { yield [{ n: 1 }]; }),
 * ]);
 * assert.deepEqual(await checkConnection(numbers()), { ok: true, message: "" });
 * ```
 */
// deno-lint-ignore no-explicit-any -- each source has parameters of its own
export async function checkConnection(source: Source<any>, ...resources: string[]): Promise<ConnectionCheck> {
  try {
    const configuration = await Configuration.load({ projectDirectory: Deno.cwd() });
    const { resolved } = await buildSource(source, { configuration });
    const selected = resources.length ? resources : source.resources;
    for await (
      const result of probe(resolved, { resources: selected, signal: new AbortController().signal })
    ) {
      if (result.error) throw result.error;
    }
    return { ok: true, message: "" };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { ok: false, message: formatError(error) };
  }
}
