/**
 * Authentication by a function of your own that says which headers a request gets.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { register, revealText, Secret } from "../../pipeline/secret.ts";
import type { Auth, AuthFunction, Text } from "../types.ts";

// Signed requests have a new value each time; to remember them all would slow everything that is printed.
const MOST_REMEMBERED = 100;

/** The headers that a function returns, checked and remembered as secrets. */
export function functionAuth(make: AuthFunction): Auth {
  const remembered = new Set<string>();
  const remember = (value: string) => {
    // The value with its scheme, and without.
    for (const text of [value, value.split(/\s+/).at(-1)!]) {
      if (remembered.size >= MOST_REMEMBERED || remembered.has(text)) continue;
      remembered.add(text);
      register(text);
    }
  };
  return {
    type: "function",
    async headers(request, context) {
      const given: unknown = await make(request, context);
      if (given === null || given === undefined || typeof given !== "object" || Array.isArray(given)) {
        throw problem(`it returned ${given === null ? "null" : typeof given}`);
      }
      const pairs = Object.entries(given).map(([name, value]): [string, string] => {
        if (typeof value !== "string" && !(value instanceof Secret)) {
          throw problem(`its header "${name}" is ${typeof value}`);
        }
        const text = revealText(value as Text);
        remember(text);
        return [name, text];
      });
      return Object.fromEntries(pairs);
    },
  };
}

function problem(state: string): ConfigError {
  return new ConfigError(`Cannot use auth function: ${state}, an object of header texts is required`, {
    code: "invalid-options",
    next: 'return e.g. { authorization: "Bearer …" }, or {} for none',
  });
}
