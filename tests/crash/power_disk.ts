/**
 * A disk that loses power: what a run did to its files is taken down, and for any moment of it a folder can be made
 * as a power cut might leave it. What was synced is there. Of the rest of a file a part is there, or zeros in its
 * place; of the names in a directory, as many as were written until the system stopped writing. Directories stop
 * independently of each other, and a file that is moved is in one place, or in both.
 * @module
 */
import { join, relative } from "node:path";
import { disk, type FileLayer } from "../../pipeline/file_layer.ts";
import { CHANGES, type FileOperation, watchedFiles } from "../watched_files.ts";

interface FileNode {
  readonly kind: "file";
  synced: Uint8Array;
  content: Uint8Array;
}

interface DirectoryNode {
  readonly kind: "directory";
  readonly synced: Map<string, Node>;
  readonly names: Map<string, Node>;
  /** What happened to the names since they were synced. */
  changes: Change[];
}

type Node = FileNode | DirectoryNode;

interface Change {
  readonly name: string;
  /** Undefined: the name goes. */
  readonly node?: Node;
  /** The change that must have come to the disk before this one may. */
  readonly after?: Change;
  isSynced?: boolean;
}

/** Takes down what is done to files below a folder from now on. */
export class PowerDisk {
  readonly #root: string;
  readonly #base: DirectoryNode;
  readonly #operations: FileOperation[] = [];
  readonly files: FileLayer;

  private constructor(root: string, base: DirectoryNode) {
    this.#root = root;
    this.#base = base;
    const quiet: FileLayer = { ...disk, sync: async () => {}, syncDirectory: async () => {} };
    this.files = watchedFiles(quiet, async (operation, action) => {
      const isOurs = CHANGES.has(operation.kind) && !relative(root, operation.path).startsWith("..");
      const result = await action();
      if (isOurs) this.#operations.push({ ...operation, bytes: operation.bytes?.slice() });
      return result;
    });
  }

  /** Begins with a folder as it is, all of it on the disk. */
  static async of(root: string): Promise<PowerDisk> {
    return new PowerDisk(root, await readDirectory(root));
  }

  /** How many operations there were. */
  get count(): number {
    return this.#operations.length;
  }

  /** What the operation before a moment was, for messages. */
  describe(moment: number): string {
    const { kind, path = "", to } = this.#operations[moment - 1] ?? { kind: "nothing" };
    const short = (each: string) => relative(this.#root, each);
    return `${kind} ${path && short(path)}${to ? ` -> ${short(to)}` : ""}`;
  }

  /** Makes a folder as a power cut after so many operations might leave it. */
  async leave(moment: number, random: () => number, to: string): Promise<void> {
    const tree = clone(this.#base, new Map()) as DirectoryNode;
    for (const operation of this.#operations.slice(0, moment)) this.#replay(tree, operation);
    const kept = new Set<Change>();
    keepSome(tree, random, kept, new Set());
    await write(tree, random, kept, to);
  }

  #replay(tree: DirectoryNode, { kind, path, to, bytes, size }: FileOperation): void {
    const parts = (each: string) => relative(this.#root, each).split("/").filter(Boolean);
    const directory = (names: readonly string[]): DirectoryNode | undefined =>
      names.reduce<Node | undefined>(
        (at, name) => at?.kind === "directory" ? at.names.get(name) : undefined,
        tree,
      ) as DirectoryNode | undefined;
    const names = parts(path);
    const name = names.at(-1) ?? "";
    const parent = directory(names.slice(0, -1))!;
    const found = names.length ? parent?.names.get(name) : tree;
    switch (kind) {
      case "makeDirectory":
        for (let at = tree, depth = 0; depth < names.length; depth++) {
          let next = at.names.get(names[depth]!) as DirectoryNode | undefined;
          if (!next) put(at, names[depth]!, next = newDirectory());
          at = next;
        }
        break;
      case "open":
      case "append": {
        let file = found as FileNode | undefined;
        if (!file) put(parent, name, file = { kind: "file", synced: NONE, content: NONE });
        if (bytes) file.content = joined(file.content, bytes);
        break;
      }
      case "truncate":
        (found as FileNode).content = (found as FileNode).content.subarray(0, size);
        break;
      case "sync":
        (found as FileNode).synced = (found as FileNode).content;
        break;
      case "syncDirectory":
        if (found?.kind === "directory") settle(found);
        break;
      case "remove":
        if (found) drop(parent, name, found);
        break;
      case "rename": {
        if (!found) break;
        const target = parts(to!);
        const after = put(directory(target.slice(0, -1))!, target.at(-1)!, found);
        parent.names.delete(name);
        parent.changes.push({ name, after });
      }
    }
  }
}

const NONE = new Uint8Array();

function newDirectory(): DirectoryNode {
  return { kind: "directory", synced: new Map(), names: new Map(), changes: [] };
}

function put(directory: DirectoryNode, name: string, node: Node): Change {
  const change: Change = { name, node };
  directory.names.set(name, node);
  directory.changes.push(change);
  return change;
}

/** Removes a name; of a directory its content goes first. */
function drop(parent: DirectoryNode, name: string, node: Node): void {
  if (node.kind === "directory") { for (const [below, each] of [...node.names]) drop(node, below, each); }
  parent.names.delete(name);
  parent.changes.push({ name });
}

function settle(directory: DirectoryNode): void {
  for (const change of directory.changes) change.isSynced = true;
  directory.changes = [];
  directory.synced.clear();
  for (const [name, node] of directory.names) directory.synced.set(name, node);
}

/** Decides which changes of names came to the disk: in each directory the first so many. */
function keepSome(node: Node, random: () => number, kept: Set<Change>, seen: Set<Node>): void {
  if (node.kind !== "directory" || seen.has(node)) return;
  seen.add(node);
  const count = Math.floor(random() * (node.changes.length + 1));
  node.changes.slice(0, count).forEach((change) => kept.add(change));
  const below = new Set([...node.synced.values(), ...node.changes.flatMap(({ node }) => node ? [node] : [])]);
  for (const each of below) keepSome(each, random, kept, seen);
}

async function write(node: Node, random: () => number, kept: ReadonlySet<Change>, to: string): Promise<void> {
  if (node.kind === "file") return await Deno.writeFile(to, leftOf(node, random));
  await Deno.mkdir(to, { recursive: true });
  const names = new Map(node.synced);
  for (const change of node.changes) {
    const isHalfOfMove = change.after && !change.after.isSynced && !kept.has(change.after);
    if (!kept.has(change) || isHalfOfMove) continue;
    if (change.node) names.set(change.name, change.node);
    else names.delete(change.name);
  }
  for (const [name, each] of names) await write(each, random, kept, join(to, name));
}

/** What is left of a file: what was synced, and of the rest a part, whole or as zeros. */
function leftOf({ synced, content }: FileNode, random: () => number): Uint8Array {
  if (content.length < synced.length) return random() < 0.5 ? synced : content;
  const rest = content.length - synced.length;
  const left = content.slice(0, synced.length + Math.floor(random() * (rest + 1)));
  if (random() < 0.5) left.fill(0, synced.length + Math.floor(random() * (left.length - synced.length + 1)));
  return left;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function clone(node: Node, made: Map<Node, Node>): Node {
  if (node.kind === "file") return { ...node };
  const copy = newDirectory();
  made.set(node, copy);
  for (const [name, each] of node.names) copy.names.set(name, clone(each, made));
  settle(copy);
  return copy;
}

async function readDirectory(path: string): Promise<DirectoryNode> {
  const directory = newDirectory();
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) directory.names.set(name, await readDirectory(join(path, name)));
    else {
      const content = await Deno.readFile(join(path, name));
      directory.names.set(name, { kind: "file", content, synced: content });
    }
  }
  settle(directory);
  return directory;
}
