/**
 * Looking into a parsed document that nobody vouches for: own keys only, and every kind of value anywhere.
 * @module
 */

/** An object of a document. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is an object, not null and not a list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of an object's own key; undefined for anything else. */
export function own(node: unknown, key: string): unknown {
  return isTree(node) && Object.hasOwn(node, key) ? node[key] : undefined;
}

/** A text at a key; undefined when it is missing or no text. */
export function textAt(node: unknown, key: string): string | undefined {
  const value = own(node, key);
  return typeof value === "string" ? value : undefined;
}

/** A text or number at a key, as text; empty when it is anything else. */
export function wordAt(node: unknown, key: string): string {
  const value = own(node, key);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A list at a key; empty when it is missing or no list. */
export function listAt(node: unknown, key: string): readonly unknown[] {
  const value = own(node, key);
  return Array.isArray(value) ? value : [];
}

/** Keys and values of the object at a key, at most `limit` of them; none when it is no object. */
export function entriesAt(node: unknown, key: string, limit = 10_000): [string, unknown][] {
  const value = own(node, key);
  return isTree(value) ? Object.entries(value).slice(0, limit) : [];
}

/** The first of some objects that has a value at a key, and that value. */
export function firstAt(nodes: readonly unknown[], key: string): unknown {
  for (const node of nodes) {
    const value = own(node, key);
    if (value !== undefined) return value;
  }
}
