/**
 * What is wrong with a configuration, all of it at once: where, what was found, what was needed, and the
 * nearest known name for one that is not known.
 * @module
 */
import type { z } from "zod";
import { ConfigError, SluiceError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { redact, Secret } from "../pipeline/secret.ts";

/** One thing that is wrong. */
export interface Problem {
  /** E.g. `resources[1].endpoint.params.since`. */
  readonly path: string;
  /** What follows it: one sentence without a full stop. */
  readonly text: string;
}

type Issue = z.core.$ZodIssue;
type Step = PropertyKey;

// What a reader may see of a wrong value: nothing of what could be a secret or personal.
const PRIVATE_PARTS = new Set(["auth", "headers", "params", "json", "data"]);
const LONGEST_VALUE = 40;
const MOST_LINES = 30;

/** Throws one error for all problems, if there are any. @throws {ConfigError} "invalid-source" */
export function refuse(owner: string, problems: readonly Problem[]): void {
  if (!problems.length) return;
  const unique = [...new Map(problems.map((each) => [`${each.path} ${each.text}`, each])).values()];
  const lines = unique.slice(0, MOST_LINES).map(({ path, text }) => `  ${path ? `${path}: ` : ""}${text}`);
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

/** An error about one part as a problem of the whole. */
export function problemOf(path: string, error: unknown): Problem {
  if (!(error instanceof SluiceError)) throw error;
  const text = error.message.replace(/^Cannot [^:]*: /, "");
  return { path, text: error.next ? `${text}; ${error.next}` : text };
}

/** The keys that each place of a configuration knows. */
export type KnownKeys = Readonly<Record<string, readonly string[]>>;

/** The problems that a schema found in a value. */
export function schemaProblems(schema: z.ZodType, value: unknown, known: KnownKeys): Problem[] {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue, value, known));
}

function fromIssue(issue: Issue, root: unknown, known: KnownKeys): Problem[] {
  const { path } = issue;
  if (issue.code === "invalid_union") return fromUnion(issue, root, known);
  const problem = (text: string): Problem[] => [{ path: pathText(path, root), text }];
  const found = valueAt(root, issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: pathText([...path, key], root),
        text: unknownKey(key, path, known),
      }));
    case "invalid_type":
      if (found === undefined) return problem(`is missing, needed ${typeText(issue.expected)}`);
      return problem(`found ${describe(found, path)}, needed ${typeText(issue.expected)}`);
    case "invalid_value":
      return problem(wrongChoice(found, path, issue.values.map(String)));
    case "too_small":
      if (issue.origin === "string") return problem("is empty, needed a text");
      return problem(
        `found ${describe(found, path)}, needed ${
          issue.inclusive ? "at least" : "more than"
        } ${issue.minimum}`,
      );
    case "too_big":
      return problem(`found ${describe(found, path)}, needed at most ${issue.maximum}`);
    default: {
      const needed = "message" in issue && issue.message && !/^Invalid input/.test(issue.message)
        ? issue.message
        : "another value";
      return problem(`found ${describe(found, path)}, needed ${needed}`);
    }
  }
}

/** Of the alternatives the one that the author most likely meant: the one that fails deepest inside. */
function fromUnion(issue: Issue & { code: "invalid_union" }, root: unknown, known: KnownKeys): Problem[] {
  const base = issue.path;
  const found = valueAt(root, issue.path);
  if (issue.errors.length === 0) {
    const needed = "note" in issue && "discriminator" in issue ? KNOWN_TYPES : [];
    const type = (found as { type?: unknown } | undefined)?.type;
    return [{
      path: pathText([...base, "type"], root),
      text: wrongChoice(type, base, needed),
    }];
  }
  const inside = issue.errors.filter((issues) =>
    issues.every((each) => each.path.length > 0 || each.code === "unrecognized_keys")
  );
  const best = inside.toSorted((one, other) => score(one) - score(other))[0];
  if (best) {
    return best.flatMap((each) =>
      fromIssue({ ...each, path: [...issue.path, ...each.path] } as Issue, root, known)
    );
  }
  const choices = issue.errors.flatMap((issues) =>
    issues.flatMap((each) =>
      each.code === "invalid_value" && !each.path.length ? each.values.map(String) : []
    )
  );
  if (typeof found === "string" && choices.length) {
    return [{ path: pathText(base, root), text: wrongChoice(found, base, choices) }];
  }
  const needed = issue.errors.map((issues) => neededText(issues[0]!)).filter(Boolean);
  const what = found === undefined ? "is missing" : `found ${describe(found, base)}`;
  return [{
    path: pathText(base, root),
    text: `${what}, needed ${[...new Set(needed)].join(", or ")}`,
  }];
}

/** The parameters that are bound to something else. */
const KNOWN_TYPES = ["incremental", "resolve"];

/** An alternative whose only fault is a misspelt key is nearer than one that lacks a required one. */
function score(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === "unrecognized_keys") return sum + issue.keys.length;
    return sum + (issue.code === "invalid_type" ? 3 : 2);
  }, 0);
}

function neededText(issue: Issue): string {
  if (issue.code === "invalid_type") return typeText(issue.expected);
  if (issue.code === "invalid_value") {
    return `one of ${issue.values.map((each) => `"${String(each)}"`).join(", ")}`;
  }
  return issue.message && !/^Invalid/.test(issue.message) ? issue.message : "";
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  object: "an object",
  record: "an object",
  array: "a list",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  undefined: "",
  null: "null",
};

function typeText(type: string): string {
  return TYPES[type] ?? type;
}

function wrongChoice(found: unknown, path: readonly Step[], choices: readonly string[]): string {
  const list = choices.map((choice) => `"${choice}"`).join(", ");
  if (found === undefined) return `is missing, needed one of ${list}`;
  const near = typeof found === "string" ? `; did you mean "${nearest(found, choices)}"?` : "";
  return `found ${describe(found, path)}, needed one of ${list}${near}`;
}

/** A value as far as it may be shown. */
function describe(value: unknown, path: readonly Step[]): string {
  if (value === null) return "null";
  if (value instanceof Secret) return "a secret";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  const isPrivate = path.some((step) => PRIVATE_PARTS.has(String(step))) && path.at(-1) !== "type";
  if (typeof value === "object") return "an object";
  if (typeof value === "function") return "a function";
  const text = JSON.stringify(value) ?? String(value);
  const name = typeof value === "string" ? "text" : typeof value;
  if (isPrivate || typeof value === "bigint" || text.length > LONGEST_VALUE) return name;
  return typeof value === "string" ? text : `${name} ${text}`;
}

/** What to use in place of a key that is not known, and where it belongs when it is known elsewhere. */
function unknownKey(key: string, path: readonly Step[], lists: KnownKeys): string {
  const where = String(path.findLast((step) => typeof step === "string") ?? "");
  const isResource = typeof path.at(-1) === "number" && where === "resources";
  const place = isResource ? "resource" : path.length ? where : "top";
  const known = lists[place] ?? [];
  if (place === "resource" && lists.endpoint!.includes(key)) {
    return 'is not known here; it belongs into "endpoint"';
  }
  if (key === "session") return "is not known; sessions are Python's, use retry, timeout and headers";
  return known.length ? `is not known; did you mean "${nearest(key, known)}"?` : "is not known";
}

function valueAt(root: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<Step, unknown> | undefined | null)?.[step],
    root,
  );
}

/** A path for a reader; a resource is named besides its number. */
export function pathText(path: readonly Step[], root: unknown): string {
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step !== "number") {
      text += index === 0 ? String(step) : `.${String(step)}`;
      continue;
    }
    text += `[${step}]`;
    if (path[index - 1] !== "resources") continue;
    const entry = valueAt(root, path.slice(0, index + 1)) as { name?: unknown } | undefined;
    if (typeof entry?.name === "string") text += ` "${entry.name.slice(0, LONGEST_VALUE)}"`;
  }
  return text.replace(/" \./, '".');
}
