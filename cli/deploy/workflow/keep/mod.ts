/**
 * Where data can live between runs of a workflow. A new method is a file beside this one and a line in this
 * table.
 * @module
 */
import type { Keep } from "../parts.ts";
import { artifact } from "./artifact.ts";
import { branch } from "./branch.ts";
import { cache } from "./cache.ts";
import { destination } from "./destination.ts";

/** All methods; the first is what is taken when none is named. */
export const keeps: readonly Keep[] = [branch, artifact, cache, destination];
