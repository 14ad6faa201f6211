/**
 * Loads "Directory", version 1.0.
 *
 * Written from "directory.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("directory", {
  base_url: { type: "text", default: "https://eu.directory.example", help: "Where the API lives." },
  access_token_url: {
    type: "text",
    default: "https://eu.directory.example/oauth2/token",
    help: "Where access tokens come from.",
  },
  client_id: { type: "text", required: true, help: "Client id of the app." },
  client_secret: { type: "text", secret: true, required: true, help: "Client secret of the app." },
}, ({ base_url, access_token_url, client_id, client_secret }) => ({
  client: {
    base_url,
    // Scopes are asked for with access_token_request_data: { scope: "read write" }
    auth: { type: "oauth2_client_credentials", access_token_url, client_id, client_secret },
    paginator: { type: "json_link", next_url_path: "['@odata.nextLink']" },
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /Users: List users
    { name: "users", endpoint: { path: "Users", params: { $top: 999 }, data_selector: "value" } },
    // GET /Users('{id}')/memberOf: List the groups of a user
    {
      name: "member_of",
      primary_key: ["_users_id", "id"],
      include_from_parent: ["id"],
      endpoint: { path: "Users('{resources.users.id}')/memberOf", data_selector: "value" },
    },
    // GET /audit/events: List audit events
    {
      name: "events",
      primary_key: "event-id",
      endpoint: {
        path: "https://audit.directory.example/v2/audit/events",
        data_selector: "events",
        paginator: { type: "json_link", next_url_path: "paging.next" },
        // To load only what changed since the last run:
        // incremental: {
        //   cursor_path: "timestamp",
        //   start_param: "startTime",
        //   initial_value: "2024-01-01T00:00:00Z",
        // },
      },
    },
    // Left out: GET /Users('{id}') (one record of what is listed)
  ],
}));
