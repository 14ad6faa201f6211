/** How long a command takes to start. @module */
import type { CommandScenario } from "../scenario.ts";

/** The smallest commands, each as a whole process. */
export const start: CommandScenario = {
  name: "start",
  about: "whole processes: `--version` and `plan okta --no-probe`",
  rounds: 11,
  commands: {
    sluice: { deno: ["main.ts", "--version"] },
    floor: { deno: ["bench/subjects/empty.ts"] },
    dlt: { dlt: ["--version"] },
    plan: {
      deno: ["main.ts", "plan", "okta", "--no-probe"],
      env: {
        SOURCES__OKTA_MANAGEMENT_SOURCE__BASE_URL: "http://127.0.0.1:9",
        SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN: "not-a-token-but-long-enough",
      },
    },
  },
};
