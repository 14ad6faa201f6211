/** Okta's users. @module */
import { oneList } from "../data/config.ts";
import { oktaPages } from "../data/okta.ts";
import { keptPages } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

/** Users with nested profiles, merged by id as the Okta source does. */
export const oktaUsers: LoadScenario = {
  name: "okta_users",
  about: "Okta users: nested profiles, child tables",
  records: 20_000,
  rounds: 5,
  dataset: async (users) => keptPages("/users", await oktaPages("users", { users }, 200)),
  config: () => oneList("users", "/users", { write_disposition: "merge", primary_key: "id" }),
  starts: () => ["/users"],
};
