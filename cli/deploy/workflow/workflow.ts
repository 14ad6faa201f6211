/**
 * A workflow of GitHub as data, and as the text of its file.
 * @module
 */
import { Document, isMap, isScalar, visit } from "yaml";
import type { PinnedAction } from "./actions.ts";

/** A step of a job. */
export interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  /** An action, or else a script. */
  readonly uses?: PinnedAction;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

/** Scopes of the token that a job gets; what is not named is none. */
export type Permissions = Readonly<Record<string, "read" | "write">>;

/** The file's text. `head` are lines of comment. */
export function workflowFile(head: readonly string[], workflow: unknown): string {
  const document = new Document(withoutUndefined(workflow), { aliasDuplicateObjects: false });
  document.commentBefore = head.map((line) => ` ${line}`).join("\n");
  visit(document, {
    Pair(_, { key, value }) {
      // The release is for people; the runner goes by the commit.
      if (!isScalar(key) || key.value !== "uses" || !isMap(value)) return;
      const { uses, release } = value.toJSON() as PinnedAction;
      const scalar = document.createNode(uses);
      scalar.comment = ` ${release}`;
      return document.createPair("uses", scalar);
    },
  });
  return document.toString({ lineWidth: 0 });
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutUndefined(each)]));
}
