/**
 * The fields of a body that are about the whole of it: those of the object and of the objects in it, but not of
 * what is inside lists.
 * @module
 */
import { isJsonObject, type JsonValue } from "../pipeline/json.ts";

/** Where a field is; shared by all fields below it. */
export interface Trail {
  readonly key: string;
  readonly parent?: Trail;
}

/** Every field, depth first, in the order of the body. */
export function* fieldsOf(body: JsonValue | undefined): Generator<{ trail: Trail; value: JsonValue }> {
  const open: { trail?: Trail; value: JsonValue }[] = body === undefined ? [] : [{ value: body }];
  while (open.length) {
    const { trail, value } = open.pop()!;
    if (trail) yield { trail, value };
    if (!isJsonObject(value)) continue;
    for (const [key, each] of Object.entries(value).reverse()) {
      open.push({ trail: { key, parent: trail }, value: each });
    }
  }
}

/** The keys of a trail from the root on, and one more. */
export function keysOf(trail: Trail | undefined, last?: string): string[] {
  const keys = last === undefined ? [] : [last];
  for (let each = trail; each; each = each.parent) keys.push(each.key);
  return keys.reverse();
}
