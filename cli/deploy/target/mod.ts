/**
 * Where a source can be scheduled. A new target is a file beside this one and a line in this table.
 * @module
 */
import type { Target } from "../deployment.ts";
import { cron } from "./cron.ts";
import { githubActions } from "./github_actions.ts";
import { launchd } from "./launchd.ts";
import { systemd } from "./systemd.ts";

/** All targets, in the order of the help. */
export const deployTargets: readonly Target[] = [githubActions, cron, systemd, launchd];
