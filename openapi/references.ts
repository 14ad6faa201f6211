/**
 * Follows `$ref` inside one document. What points out of the document, to nowhere or in a circle is noted and
 * counts as unknown; nothing is ever fetched.
 * @module
 */
import { isTree, own, type Tree } from "./tree.ts";

/** The references of one document. */
export interface References {
  /** What a value stands for: itself, or the end of its chain of `$ref`; undefined when that leads nowhere. */
  follow(node: unknown): unknown;
  /** References that led nowhere: to other files, or to what is not there. */
  readonly unresolved: ReadonlySet<string>;
}

const MAX_HOPS = 32;
const MAX_NOTED = 1000;

/** Makes the references of a document. */
export function referencesOf(root: Tree): References {
  const unresolved = new Set<string>();
  const note = (reference: string) => {
    if (unresolved.size < MAX_NOTED) unresolved.add(reference.slice(0, 200));
  };
  return {
    unresolved,
    follow(node) {
      let current = node;
      let siblings: Tree | undefined;
      for (let hops = 0; hops < MAX_HOPS; hops++) {
        const reference = own(current, "$ref");
        if (typeof reference !== "string") return siblings ? merged(current, siblings) : current;
        const { $ref: _, ...rest } = current as Tree;
        if (Object.keys(rest).length) siblings = { ...rest, ...siblings };
        const target = reference.startsWith("#") ? pointed(root, reference.slice(1)) : undefined;
        if (target === undefined) {
          note(reference);
          return undefined;
        }
        current = target;
      }
      note(String(own(current, "$ref")));
      return undefined;
    },
  };
}

/** Since 3.1 keys beside a `$ref` add to what it names. */
function merged(target: unknown, siblings: Tree): unknown {
  return isTree(target) ? { ...target, ...siblings } : target;
}

/** The value at a JSON pointer. */
function pointed(root: Tree, pointer: string): unknown {
  if (pointer === "") return root;
  if (!pointer.startsWith("/")) return undefined;
  let value: unknown = root;
  for (const part of pointer.slice(1).split("/")) {
    const key = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = Array.isArray(value) ? value[/^\d+$/.test(key) ? Number(key) : -1] : own(value, key);
    if (value === undefined) return undefined;
  }
  return value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
