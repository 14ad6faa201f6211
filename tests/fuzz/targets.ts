/**
 * Everything that is fuzzed. Holds no tests.
 * @module
 */
import { PARSERS } from "./parsers.ts";
import { STORED } from "./stored.ts";
import { TABLES } from "./tables.ts";
import type { Target } from "./target.ts";

/** All targets. */
export const TARGETS: readonly Target[] = [...PARSERS, ...TABLES, ...STORED];
