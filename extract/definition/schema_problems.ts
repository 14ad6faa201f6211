/**
 * From what the schema's library says about a value to sentences for the author of a configuration.
 * @module
 */
import type { z } from "zod";
import { Secret } from "../../pipeline/secret.ts";
import { describe, pathText, type Problem, suggestion, valueAt } from "./problems.ts";

/** The keys that each place of a configuration knows; some places know others by what stands there. */
export type KnownKeys = Readonly<Record<string, readonly string[] | ((value: unknown) => readonly string[])>>;

type Issue = z.core.$ZodIssue;
type Step = PropertyKey;

/** What sentences are made with. */
interface Context {
  readonly root: unknown;
  readonly known: KnownKeys;
}

/** A problem with the steps to its place. */
type Placed = Problem & { readonly steps: readonly Step[] };

/** The problems that a schema found in a value. */
export function schemaProblems(schema: z.ZodType, root: unknown, known: KnownKeys): Problem[] {
  const result = schema.safeParse(root, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => fromIssue(issue, { root, known }));
}

/** The same without keys that are missing because they are misspelt, which is told already. */
export function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const misspelt = new Set(problems.flatMap(({ steps, text }) => {
    const near = /; did you mean "(.*)"\?$/.exec(text)?.[1];
    return near === undefined || !steps ? [] : [placeOf([...steps.slice(0, -1), near])];
  }));
  return problems.filter(({ steps, text }) =>
    !steps || !text.startsWith("is missing") || !misspelt.has(placeOf(steps))
  );
}

function placeOf(steps: readonly Step[]): string {
  return JSON.stringify(steps.map(String));
}

function fromIssue(issue: Issue, context: Context): Placed[] {
  const { path } = issue;
  if (issue.code === "invalid_union") return fromUnion(issue, context);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problem([...path, key], unknownKey(key, path, context), context));
  }
  return [problem(path, sentence(issue, valueAt(context.root, path)), context)];
}

function problem(steps: readonly Step[], text: string, { root }: Context): Placed {
  return { path: pathText(steps, root), text, steps };
}

function sentence(issue: Issue, found: unknown): string {
  const { path } = issue;
  if (found === undefined) return `is missing, needed ${neededText(issue) || "a value"}`;
  switch (issue.code) {
    case "invalid_value":
      return wrongChoice(found, path, issue.values.map(String));
    case "too_small":
      if (issue.origin === "string") return "is empty, needed a text";
      return `found ${describe(found, path)}, needed ${issue.inclusive ? "at least" : "more than"} ${
        String(issue.minimum)
      }`;
    case "too_big":
      return `found ${describe(found, path)}, needed at most ${String(issue.maximum)}`;
    default:
      return `found ${describe(found, path)}, needed ${neededText(issue) || "another value"}${hint(found)}`;
  }
}

/** Of the alternatives the one that the author most likely meant: the one that fails deepest inside. */
function fromUnion(issue: Issue & { code: "invalid_union" }, context: Context): Placed[] {
  const { path } = issue;
  const found = valueAt(context.root, path);
  if (issue.errors.length === 0) return [problem(path, wrongChoice(found, path, typesOf(issue)), context)];
  const inside = issue.errors.filter((issues) =>
    issues.length > 0 && issues.every((each) => isInside(each, found))
  );
  const best = inside.toSorted((one, other) => score(one, found) - score(other, found))[0];
  if (best && typeof found === "object") {
    return best.flatMap((each) => fromIssue({ ...each, path: [...path, ...each.path] } as Issue, context));
  }
  const choices = issue.errors.flatMap((issues) =>
    issues.flatMap((each) =>
      each.code === "invalid_value" && !each.path.length ? each.values.map(String) : []
    )
  );
  if (typeof found === "string" && choices.length) {
    return [problem(path, wrongChoice(found, path, choices), context)];
  }
  const needed = neededText(issue);
  if (found === undefined) return [problem(path, `is missing, needed ${needed}`, context)];
  return [problem(path, `found ${describe(found, path)}, needed ${needed}${hint(found)}`, context)];
}

/** The types of a bound parameter. */
function typesOf(issue: object): string[] {
  return "options" in issue ? (issue.options as unknown[]).map(String) : [];
}

function isInside(issue: Issue, found: unknown): boolean {
  // An object without a type was not meant to be one of those that have one.
  if ("discriminator" in issue && valueAt(found, issue.path) === undefined) return false;
  return issue.path.length > 0 || issue.code === "unrecognized_keys";
}

function listText(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

/** A wrong value of a known key is nearer than a key that is not known, and that than one that is missing. */
function score(issues: readonly Issue[], found: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === "unrecognized_keys") return sum + 2 * issue.keys.length;
    return sum + (valueAt(found, issue.path) === undefined ? 3 : 1);
  }, 0);
}

function neededText(issue: Issue): string {
  if (issue.message && !/^(?:Invalid|Too|Unrecognized)/.test(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") {
    const values = issue.values.map((each) => typeof each === "string" ? `"${each}"` : String(each));
    return values.length === 1 ? values[0]! : `one of ${values.join(", ")}`;
  }
  if (issue.code === "invalid_union") {
    const needed = issue.errors.flatMap((issues) =>
      issues.find(({ path }) => !path.length) ?? issues[0] ?? []
    );
    return listText([...new Set(needed.map(neededText).filter(Boolean))]);
  }
  return "";
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  record: "an object",
  array: "a list",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  bigint: "",
  date: "a date",
  nonoptional: "a value",
  undefined: "",
  null: "null",
};

function wrongChoice(found: unknown, path: readonly Step[], choices: readonly string[]): string {
  const list = choices.map((choice) => `"${choice}"`);
  const needed = list.length === 1 ? list[0] : `one of ${list.join(", ")}`;
  if (found === undefined) return `is missing, needed ${needed}`;
  return `found ${describe(found, path)}, needed ${needed}${hint(found) || nearHint(found, choices)}`;
}

function nearHint(found: unknown, choices: readonly string[]): string {
  if (typeof found !== "string" || choices.length < 2) return "";
  const text = suggestion(found, choices);
  return text.startsWith("did you mean") ? `; ${text}` : "";
}

const PYTHON: Readonly<Record<string, string>> = { None: "null", True: "true", False: "false" };

/** What stands for a word of Python, where one was pasted as text, and how a secret becomes text. */
function hint(found: unknown): string {
  if (found instanceof Secret) return "; its reveal() gives the text";
  if (typeof found !== "string" || !Object.hasOwn(PYTHON, found)) return "";
  return `; Python's ${found} is ${PYTHON[found]} here, without quotes`;
}

/** Places whose keys are names of the author's own. */
const ENTRIES = new Set(["columns", "nested_hints"]);

/** What to use in place of a key that is not known, and where it belongs when it is known elsewhere. */
function unknownKey(key: string, path: readonly Step[], { root, known: lists }: Context): string {
  const inside = path.at(-2);
  const isEntry = typeof inside === "string" && ENTRIES.has(inside);
  const where = isEntry ? inside : String(path.findLast((step) => typeof step === "string") ?? "");
  const isResource = where === "resources" && typeof path.at(-1) === "number";
  const place = isResource ? "resource" : path.length ? where : "top";
  const keysOf = (place: string) => {
    const list = Object.hasOwn(lists, place) ? lists[place]! : [];
    return typeof list === "function" ? list(valueAt(root, path)) : list;
  };
  const isOf = (other: string) => keysOf(other).includes(key);
  if ((isResource || place === "resource_defaults") && isOf("endpoint")) {
    return 'does not belong here; put it into "endpoint"';
  }
  if (place === "endpoint" && isOf("resource")) return 'does not belong here; put it beside "endpoint"';
  if (place === "top" && isOf("client")) return 'does not belong here; put it into "client"';
  if (place === "top" && isOf("resource")) {
    return 'does not belong here; put it into a resource, or into "resource_defaults" for all of them';
  }
  if (place === "resource_defaults" && key === "name") {
    return "does not belong here; each resource has its own";
  }
  if (isResource && key === "records") {
    return `found ${
      describe(valueAt(root, [...path, key]), path)
    }, needed a function that yields pages of records`;
  }
  if (isResource && isOf("hand_written")) {
    return 'is for resources with "records", which are written as functions';
  }
  if (key === "session") return "is not known; sessions are Python's, use retry, timeout and headers";
  const known = keysOf(place);
  return known.length ? `is not known; ${suggestion(key, known)}` : "is not known";
}
