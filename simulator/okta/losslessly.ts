/**
 * Changing a few members of a JSON text without disturbing the rest: numbers that JavaScript cannot hold keep
 * their digits, and a key named `__proto__` stays a key.
 *
 * @module
 */

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
type RawJson = { rawJSON(text: string): unknown };
type ReviverParse = (text: string, reviver: Reviver) => unknown;

const { rawJSON } = JSON as unknown as RawJson;
const parseWithSource = JSON.parse as unknown as ReviverParse;

/** Parses JSON; a number that would not print as it was written stays as its own text. */
export function parseLosslessly(text: string): Record<string, unknown> {
  return parseWithSource(text, (_key, value, { source }) => {
    return typeof value === "number" && String(value) !== source ? rawJSON(source!) : value;
  }) as Record<string, unknown>;
}

/** Sets members of an object, where `undefined` removes one; `__proto__` is an ordinary name. */
export function setMembers(target: object, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) delete (target as Record<string, unknown>)[name];
    else Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** The texts of the elements of an array. */
export function elementsOf(text: string): string[] {
  const elements = parseLosslessly(text) as unknown as unknown[];
  return elements.map((element) => JSON.stringify(element));
}
