/**
 * The pages of a Notion database and the users of its workspace: all of them at first, later what was edited.
 *
 *     deno task example notion                     # from an imitation on this machine
 *     deno task run ./docs/examples/notion.ts      # from Notion
 *
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("notion", {
  base_url: { type: "text", default: "https://api.notion.com", help: "Where the API lives." },
  token: {
    type: "text",
    secret: true,
    required: true,
    help: "The secret of an integration.",
    obtain: "notion.so/my-integrations; then share the database with the integration",
  },
  database_id: { type: "text", required: true, help: "Id of the database, as in its address." },
  since: { type: "text", default: "2015-01-01T00:00:00Z", help: "How far the first run goes back." },
}, ({ base_url, token, database_id, since }) => ({
  client: {
    base_url: `${base_url}/v1`,
    headers: { "Notion-Version": "2022-06-28" },
    auth: { type: "bearer", token },
    // Notion answers three requests a second on average.
    rate_limit: { requests_per_second: 3 },
  },
  resource_defaults: {
    primary_key: "id",
    write_disposition: "merge",
    endpoint: { data_selector: "results" },
  },
  resources: [
    {
      name: "pages",
      description: "Pages of the database, edited since the last run.",
      endpoint: {
        path: `databases/${database_id}/query`,
        method: "POST",
        json: {
          page_size: 100,
          filter: {
            timestamp: "last_edited_time",
            last_edited_time: { on_or_after: "{incremental.start_value}" },
          },
          sorts: [{ timestamp: "last_edited_time", direction: "ascending" }],
        },
        paginator: { type: "cursor", cursor_path: "next_cursor", cursor_body_path: "start_cursor" },
        incremental: { cursor_path: "last_edited_time", initial_value: since },
      },
    },
    {
      name: "users",
      description: "People and bots.",
      endpoint: {
        params: { page_size: 100 },
        paginator: { type: "cursor", cursor_path: "next_cursor", cursor_param: "start_cursor" },
      },
    },
  ],
}));
