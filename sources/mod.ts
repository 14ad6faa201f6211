/**
 * The built-in sources. A new one is a file beside this one and a line in this table.
 * @module
 */
import type { SourceFactory } from "../extract/definition/source.ts";

// deno-lint-ignore no-explicit-any -- each source has parameters of its own
type AnySource = SourceFactory<any>;

/** Name on the command line → the source, loaded on demand. */
export const builtInSources: Readonly<Record<string, () => Promise<AnySource>>> = {
  okta: async () => (await import("./okta.ts")).default,
  rest_api: async () => (await import("./rest_api.ts")).default,
};
