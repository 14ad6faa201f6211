/**
 * What is wrong with a configuration, all of it at once: where, what was found, what was needed, and the
 * nearest known name for one that is not known.
 * @module
 */
import { distance } from "levenshtein";
import { ConfigError, SluiceError } from "../../pipeline/errors.ts";
import { nearest } from "../../pipeline/nearest.ts";
import { redact, Secret } from "../../pipeline/secret.ts";

/** One thing that is wrong. */
export interface Problem {
  /** E.g. `resources[1] "users".endpoint.params.since`; empty for all of it. */
  readonly path: string;
  /** What follows it: one sentence without a full stop. */
  readonly text: string;
  /** The same path in steps, where the schema found it. */
  readonly steps?: readonly PropertyKey[];
}

// What a reader may see of a wrong value: nothing of what could be a secret or personal.
const PRIVATE_PARTS = new Set(["auth", "headers", "params", "json", "data"]);
const LONGEST_VALUE = 40;
const MOST_LINES = 100;

/** Throws one error for all problems, if there are any. @throws {ConfigError} "invalid-source" */
export function refuse(owner: string, problems: readonly Problem[]): void {
  if (!problems.length) return;
  const unique = [...new Map(problems.map((each) => [`${each.path} ${each.text}`, each])).values()];
  const lines = inOrder(unique).slice(0, MOST_LINES).map(({ path, text }) =>
    `  ${oneLine(path ? `${path}: ${text}` : text)}`
  );
  if (unique.length > MOST_LINES) lines.push(`  … and ${unique.length - MOST_LINES} more`);
  const count = unique.length === 1 ? "1 problem" : `${unique.length} problems`;
  throw new ConfigError(
    redact([`Cannot use ${owner}: its configuration has ${count}`, ...lines].join("\n")),
    {
      code: "invalid-source",
      next: "correct what is listed; docs/rest-api.md describes every key",
    },
  );
}

const SECTIONS = ["", "client", "resource_defaults", "resources"];

/** Problems in the order in which a configuration is read. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const rank = ({ path }: Problem): number => {
    const [, section = "", index] = /^(\w*)(?:\[(\d+)\])?/.exec(path)!;
    const at = SECTIONS.indexOf(section);
    return (at < 0 ? SECTIONS.length : at) + (index === undefined ? 0 : (Number(index) + 1) * 1e-6);
  };
  return problems.toSorted((one, other) => rank(one) - rank(other));
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}

/** An error about one part as a problem of the whole. */
export function problemOf(path: string, error: unknown): Problem {
  if (!(error instanceof SluiceError)) throw error;
  const text = error.message.replace(/^Cannot (?:[^":]|"[^"]*")*: (?:it )?/, "");
  return { path, text: error.next ? `${text}; ${error.next}` : text };
}

/** The problem of a part that an action refuses. */
export function attempt(path: string, action: () => unknown): Problem[] {
  try {
    action();
    return [];
  } catch (error) {
    return [problemOf(path, error)];
  }
}

/**
 * A problem at the place where its author wrote what is wrong: what is inherited is told once, at the defaults.
 *
 * @param at the resource's own place
 * @param origins where each of its settings was set, by path
 */
export function whereWritten(
  problem: Problem,
  { at, origins }: { at: string; origins: Readonly<Record<string, string>> },
): Problem {
  if (!problem.path.startsWith(`${at}.`)) return problem;
  const place = problem.path.slice(at.length + 1);
  const isIn = (setting: string) => place === setting || /^[.[]/.test(place.slice(setting.length));
  const settings = Object.keys(origins).filter((setting) => place.startsWith(setting) && isIn(setting));
  const nearest = settings.toSorted((one, other) => other.length - one.length)[0];
  if (nearest === undefined || origins[nearest] !== "resource_defaults") return problem;
  return { ...problem, path: `resource_defaults.${place}` };
}

/** What is wrong with a configuration that is no object at all. */
export function wrongWhole(value: unknown): Problem[] {
  if (typeof value === "object" && value !== null) return [];
  const needed = 'needed an object with "client" and "resources", or a list of resources';
  return [{ path: "", text: `found ${describe(value, ["data"])}, ${needed}` }];
}

/** What to write in place of a name that is not known: the nearest one, or all of them where none is near. */
export function suggestion(name: string, known: readonly string[]): string {
  if (!known.length) return "there is no other";
  const near = nearest(name.toLowerCase(), known);
  if (distance(name.toLowerCase(), near.toLowerCase()) <= Math.max(1, Math.ceil(name.length / 3))) {
    return `did you mean "${near}"?`;
  }
  const others = known.slice(0, 12).map((each) => `"${each}"`).join(", ");
  return `known ${known.length === 1 ? "is" : "are"} ${others}${
    known.length > 12 ? ` and ${known.length - 12} more` : ""
  }`;
}

/** A value as far as it may be shown. */
export function describe(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value instanceof Secret) return "a secret";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "a date that does not exist" : "a date";
  if (value instanceof Promise) return "a promise";
  if (typeof value === "object") return "an object";
  if (typeof value === "function") return "a function";
  const isPrivate = path.some((step) => PRIVATE_PARTS.has(String(step))) && path.at(-1) !== "type";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const name = typeof value === "string" ? "a text" : typeof value === "boolean" ? text : `a ${typeof value}`;
  if (isPrivate || typeof value === "symbol" || text.length > LONGEST_VALUE) return name;
  return typeof value === "string" || typeof value === "boolean" ? text : `the ${typeof value} ${text}`;
}

/** A path for a reader; a resource is named besides its number. */
export function pathText(path: readonly PropertyKey[], root: unknown): string {
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step !== "number") {
      text += stepText(String(step), index === 0);
      continue;
    }
    text += `[${step}]`;
    if (path[index - 1] !== "resources") continue;
    const entry = valueAt(root, path.slice(0, index + 1));
    const name = typeof entry === "string" ? entry : (entry as { name?: unknown } | null | undefined)?.name;
    if (typeof name === "string" && name) text += ` ${JSON.stringify(name.slice(0, LONGEST_VALUE))}`;
  }
  return text;
}

function stepText(key: string, isFirst: boolean): string {
  // A parameter may well be called "filter[status]".
  if (/^[^\s"'`]{1,60}$/.test(key)) return isFirst ? key : `.${key}`;
  return `[${JSON.stringify(key.slice(0, 60))}]`;
}

/** What stands at a path of a configuration. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined | null)?.[step],
    root,
  );
}
