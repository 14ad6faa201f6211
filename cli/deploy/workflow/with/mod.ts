/**
 * How a runner can get Sluice. A new way is a file beside this one and a line in this table.
 * @module
 */
import type { Program } from "../parts.ts";
import { binary } from "./binary.ts";
import { deno } from "./deno.ts";

/** All ways. */
export const programs: readonly Program[] = [binary, deno];
