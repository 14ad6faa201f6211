/**
 * The commit record: one small file that says which files come and which go. Writing it is the moment a
 * load becomes true; carrying it out can be repeated, by this process or by the next one that opens the
 * dataset.
 * @module
 */
import { dirname, join } from "node:path";
import { StateError } from "../pipeline/errors.ts";
import type { FileLayer } from "../pipeline/file_layer.ts";
import { SYSTEM_FOLDER } from "./filesystem_names.ts";

/** A file and its place once the load is true. Paths start at the dataset and have `/` between parts. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** What one load does to the files of a dataset. */
export interface Commit {
  readonly version: 1;
  readonly loadId: string;
  /** New and rewritten files. */
  readonly moves: readonly Move[];
  readonly removes: readonly string[];
  /** Folders of dropped tables; they go unless somebody else's files are in them. */
  readonly emptied?: readonly string[];
  /** The `_dlt_loads` file: moved after all else, so that who finds it finds the load complete. */
  readonly loaded: Move;
}

const RECORD = "commit.json";

/** Folder of a load's unpublished files. */
export const stagingFolder = (loadId: string) => `${SYSTEM_FOLDER}/${loadId}`;

/** The record of a load that is true but perhaps not carried out yet. */
export async function readCommit(files: FileLayer, root: string): Promise<Commit | undefined> {
  const file = join(root, SYSTEM_FOLDER, RECORD);
  const text = await files.readText(file);
  if (text === undefined) return undefined;
  const record = parsed(text, file);
  if (record.version === 1) return record;
  throw new StateError("Cannot read the commit record: a newer version of Sluice wrote it", {
    code: "newer-dataset",
    at: { file },
    next: "use that version, or let it finish its load first",
  });
}

function parsed(text: string, file: string): Commit {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StateError("Cannot read the commit record: it is damaged", {
      code: "commit-corrupt",
      at: { file },
      next: "restore the dataset from a backup, or move it away and run again with --full-refresh",
      cause,
    });
  }
}

/** Makes a load true. The staged files must be on the disk by now. */
export async function writeCommit(files: FileLayer, root: string, commit: Commit): Promise<void> {
  const written = join(root, stagingFolder(commit.loadId), RECORD);
  await files.append(written, new TextEncoder().encode(JSON.stringify(commit)));
  await files.sync(written);
  await files.syncDirectory(dirname(written));
  await files.rename(written, join(root, SYSTEM_FOLDER, RECORD));
  await files.syncDirectory(join(root, SYSTEM_FOLDER));
}

/** Carries out a record and removes it. What a process that was killed had already done is not done again. */
export async function applyCommit(files: FileLayer, root: string, commit: Commit): Promise<void> {
  const folders = new Set([...commit.moves, commit.loaded].map((move) => dirname(move.to)));
  for (const folder of folders) await files.makeDirectory(join(root, folder));
  // A file that is moved into a folder is lost with the folder's name.
  await files.syncDirectory(root);
  for (const move of commit.moves) await files.rename(join(root, move.from), join(root, move.to));
  for (const path of commit.removes) await files.remove(join(root, path));
  await files.rename(join(root, commit.loaded.from), join(root, commit.loaded.to));
  // The record may be forgotten only once what it says can no longer be.
  for (const path of commit.removes) folders.add(dirname(path));
  for (const folder of folders) {
    if (!commit.emptied?.includes(folder)) await files.syncDirectory(join(root, folder));
  }
  for (const folder of commit.emptied ?? []) await removeEmptied(files, join(root, folder));
  await files.syncDirectory(root);
  await files.remove(join(root, SYSTEM_FOLDER, RECORD));
  await files.syncDirectory(join(root, SYSTEM_FOLDER));
}

async function removeEmptied(files: FileLayer, folder: string): Promise<void> {
  const left = await files.list(folder);
  if (left?.length === 0) await files.remove(folder);
  else if (left) await files.syncDirectory(folder);
}
