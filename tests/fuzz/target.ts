/**
 * What is fuzzed: a property with a name, run for a while from a seed. Holds no tests.
 * @module
 */
import fc from "property";
import { SluiceError } from "../../mod.ts";

/** Something that must hold whatever comes. */
export interface Target {
  readonly name: string;
  /** What must hold, for a person. */
  readonly holds: string;
  property(): fc.IRawProperty<unknown>;
}

/** How long, and from where. */
export interface Fuzzing {
  readonly seconds: number;
  readonly seed: number;
}

/** Executions between two looks at the clock; an execution is never left while it is at work. */
const BATCH = 50;

/**
 * Runs a target for at least the time, and at least one batch.
 *
 * @returns executions @throws with the smallest input that breaks it, and how to replay it
 */
export async function fuzz({ name, property }: Target, { seconds, seed }: Fuzzing): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let executions = 0;
  for (let batch = seed; executions === 0 || performance.now() < end; batch = (batch + 1) | 0) {
    const details = await fc.check(property(), { seed: batch, numRuns: BATCH });
    executions += details.numRuns;
    if (!details.failed) continue;
    const replay = `deno task fuzz ${name} --seed ${batch}`;
    const why = details.errorInstance instanceof Error ? details.errorInstance.stack : details.errorInstance;
    throw new Error(`${fc.defaultReportMessage(details)}\n${why}\n  replay: ${replay}`);
  }
  return executions;
}

/** Texts as hard to handle as can be, made of what usually matters to a grammar and of anything at all. */
export function oddText(tokens: readonly string[] = []): fc.Arbitrary<string> {
  const piece = fc.oneof(
    ...(tokens.length ? [{ weight: 4, arbitrary: fc.constantFrom(...tokens) }] : []),
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      "\0",
      "\ud800",
      "\udfff",
      "\ufeff",
      "\u2028",
      '"',
      "'",
      "\\",
      "\r\n",
      "__proto__",
      "../",
      "é",
      "\u{1f98a}",
    ),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
}

/** A text with a few characters changed, doubled, cut off or put in. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(4),
    put: fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 3 }),
      fc.constantFrom('"', "{", "}", "[", "]", ",", ":", "=", "\n", "\0"),
    ),
  });
  return fc.tuple(texts, fc.array(edit, { maxLength: 4 })).map(([text, edits]) =>
    edits.reduce((kept, { at, cut, put }) => {
      const place = Math.floor(at * kept.length);
      return kept.slice(0, place) + put + kept.slice(place + cut);
    }, text)
  );
}

/** JSON values with keys that matter to JavaScript and numbers beyond its own. */
export function jsonText(
  keys: fc.Arbitrary<string> = oddText(["a", "b", "id", "next", "__", "A"]),
): fc.Arbitrary<string> {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom("-0", "1.0", "1E3", "5e-324", "1e308"),
  );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("null", "true", "false", '""', "{}", "[]"),
      number,
      oddText().map((text) => JSON.stringify(text)),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) =>
        `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${each}`).join(",")}}`
      ),
    ),
  }));
  return value;
}

/** Records as texts. */
export function recordText(keys?: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const usual = keys ?? fc.constantFrom("a", "b", "c", "id", "list", "at");
  return fc.array(fc.tuple(usual, jsonText(usual)), { maxLength: 6 }).map((entries) =>
    `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${each}`).join(",")}}`
  );
}

/** Runs something that may refuse, clearly. @returns what it gave, or undefined when it refused */
export function orRefuses<T>(action: () => T, codes: RegExp): T | undefined {
  try {
    return action();
  } catch (error) {
    return refusal(error, codes);
  }
}

/** The same for what takes time. */
export async function orRefusesLater<T>(action: () => Promise<T>, codes: RegExp): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    return refusal(error, codes);
  }
}

function refusal(error: unknown, codes: RegExp): undefined {
  if (!(error instanceof SluiceError) || !codes.test(error.code)) throw error;
  if (!error.message.startsWith("Cannot ")) throw new Error(`no clear message: ${error.message}`);
  return undefined;
}
