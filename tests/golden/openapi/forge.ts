/**
 * Loads "Code Forge", version v4.
 *
 * Written from "forge.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("forge", {
  base_url: { type: "text", default: "https://forge.example/api/v4", help: "Where the API lives." },
  api_key: {
    type: "text",
    secret: true,
    required: true,
    help: "Key that goes into the header as Authorization.",
    obtain: "Send it as: token 0a1b…",
  },
  gist_id: { type: "text", required: true, help: "Value of gist id." },
}, ({ base_url, api_key, gist_id }) => ({
  client: {
    base_url,
    // The key is sent as it is; where a word goes before it, add e.g. prefix: "Bearer"
    auth: { type: "api_key", name: "Authorization", api_key },
    paginator: "header_link",
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /orgs: List organisations
    { name: "orgs", endpoint: { path: "orgs", params: { per_page: 100 } } },
    // GET /orgs/{org}/repos: List repositories
    {
      name: "orgs_repos",
      primary_key: ["_orgs_login", "id"],
      include_from_parent: ["login"],
      endpoint: { path: "orgs/{resources.orgs.login}/repos", params: { per_page: 100 } },
    },
    // GET /orgs/{org}/repos/{repo}/issues: List issues
    {
      name: "issues",
      primary_key: ["_orgs_repos__orgs_login", "_orgs_repos_name", "id"],
      include_from_parent: ["_orgs_login", "name"],
      endpoint: {
        path: "orgs/{resources.orgs_repos._orgs_login}/repos/{resources.orgs_repos.name}/issues",
        params: { per_page: 100 },
        // To load only what changed since the last run:
        // incremental: {
        //   cursor_path: "updated_at",
        //   start_param: "since",
        //   initial_value: "2024-01-01T00:00:00Z",
        // },
      },
    },
    // GET /orgs/{org}/repos/{repo}/issues/{number}/comments
    {
      name: "comments",
      primary_key: ["_issues__orgs_repos__orgs_login", "_issues__orgs_repos_name", "_issues_number", "id"],
      include_from_parent: ["_orgs_repos__orgs_login", "_orgs_repos_name", "number"],
      endpoint:
        "orgs/{resources.issues._orgs_repos__orgs_login}/repos/{resources.issues._orgs_repos_name}/issues/{resources.issues.number}/comments",
    },
    // GET /repos: List public repositories
    "repos",
    // GET /gists/{id}/forks: List forks of a gist
    { name: "forks", endpoint: { path: "gists/{gist_id}/forks", params: { gist_id } } },
  ],
}));
