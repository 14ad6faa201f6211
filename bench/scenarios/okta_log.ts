/** Okta's system log. @module */
import { oneList } from "../data/config.ts";
import { oktaPages } from "../data/okta.ts";
import { keptPages } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

/** Events of the system log: deep nesting and child tables. */
export const oktaLog: LoadScenario = {
  name: "okta_log",
  about: "Okta log events: deep nesting, child tables",
  records: 20_000,
  rounds: 5,
  dataset: async (events) => keptPages("/logs", await oktaPages("system_log", { users: 1000, events }, 1000)),
  config: () => oneList("system_log", "/logs"),
  starts: () => ["/logs"],
};
