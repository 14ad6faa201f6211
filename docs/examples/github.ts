/**
 * The issues of a GitHub repository and the comments on each: all of them at first, later what has changed.
 *
 *     deno task example github                     # from an imitation on this machine
 *     deno task run ./docs/examples/github.ts      # from GitHub
 *
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("github", {
  base_url: { type: "text", default: "https://api.github.com", help: "Where the API lives." },
  access_token: {
    type: "text",
    secret: true,
    required: true,
    help: "A token that may read the repository's issues.",
    obtain: "GitHub: Settings > Developer settings > Personal access tokens > Fine-grained tokens",
  },
  owner: { type: "text", required: true, help: "Who the repository belongs to." },
  repository: { type: "text", required: true, help: "Name of the repository." },
  since: { type: "text", default: "2020-01-01T00:00:00Z", help: "How far the first run goes back." },
}, ({ base_url, access_token, owner, repository, since }) => ({
  client: {
    base_url: `${base_url}/repos/${owner}/${repository}`,
    headers: { "X-GitHub-Api-Version": "2022-11-28" },
    auth: { type: "bearer", token: access_token },
    paginator: "header_link",
  },
  resource_defaults: {
    primary_key: "id",
    write_disposition: "merge",
    endpoint: { params: { per_page: 100 } },
  },
  resources: [
    {
      name: "issues",
      description: "Issues and pull requests, open and closed.",
      endpoint: {
        params: { state: "all", sort: "updated", direction: "asc" },
        incremental: { cursor_path: "updated_at", initial_value: since, start_param: "since" },
      },
    },
    {
      name: "comments",
      description: "Comments on the issues that have changed.",
      endpoint: "issues/{resources.issues.number}/comments",
      include_from_parent: ["number"],
    },
  ],
}));
