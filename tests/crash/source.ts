/**
 * A source that reads the simulated organisation in every way there is: merged, replaced, appended with a cursor and
 * without one, children that replace what their parent had, and the polling log. Pages are small.
 * @module
 */
import { defineSource, pollFeed } from "../../mod.ts";

const BEGINNING = "1970-01-01T00:00:00.000Z";

export default defineSource("crash", {
  base_url: { type: "text", required: true, help: "The simulator." },
  api_token: { type: "text", secret: true, required: true, help: "Its token." },
}, ({ base_url, api_token }) => ({
  client: {
    base_url: `${base_url}/api/v1`,
    auth: { type: "api_key", name: "Authorization", api_key: `SSWS ${api_token.reveal()}` },
    paginator: "header_link",
    max_concurrency: 3,
  },
  resources: [
    {
      name: "merged",
      primary_key: "id",
      write_disposition: "merge",
      endpoint: {
        path: "users",
        params: { limit: 10, filter: 'lastUpdated ge "{incremental.start_value}"' },
        incremental: { cursor_path: "lastUpdated", initial_value: BEGINNING },
      },
    },
    {
      name: "appended",
      primary_key: "id",
      write_disposition: "append",
      endpoint: { path: "users", params: { limit: 15 }, incremental: { cursor_path: "lastUpdated" } },
    },
    {
      name: "appended_whole",
      write_disposition: "append",
      endpoint: { path: "apps", params: { limit: 10 } },
    },
    { name: "replaced", write_disposition: "replace", endpoint: { path: "groups", params: { limit: 5 } } },
    {
      name: "members",
      primary_key: ["group_id", "id"],
      merge_key: "group_id",
      write_disposition: { disposition: "merge", strategy: "replace-per-parent" },
      include_from_parent: { group_id: "id" },
      endpoint: { path: "groups/{resources.replaced.id}/users", params: { limit: 10 } },
    },
    {
      name: "log",
      primary_key: "uuid",
      write_disposition: "append",
      records: (context) =>
        pollFeed(context, {
          since: (moment) =>
            context.client.request("logs", { params: { since: moment, sortOrder: "ASCENDING", limit: 25 } }),
          timePath: "published",
          idPath: "uuid",
          retentionDays: 90,
          overlapSeconds: 300,
        }),
    },
  ],
}));
