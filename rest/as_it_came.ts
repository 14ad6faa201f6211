/**
 * Pages that hand-written code passes on untouched. Their bodies can be stored byte for byte; of any other page
 * nobody knows whether its records were changed on the way.
 * @module
 */
import type { RestPage } from "./types.ts";

const untouched = new WeakSet<object>();

/** Says of a page that its records are those of its body, and stay so. */
export function asItCame(page: RestPage): RestPage {
  untouched.add(page);
  return page;
}

/** Whether that was said. */
export function isAsItCame(page: RestPage): boolean {
  return untouched.has(page);
}
