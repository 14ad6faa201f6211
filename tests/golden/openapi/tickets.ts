/**
 * Loads "Help Desk", version 1.
 *
 * Written from "tickets.json" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("tickets", {
  base_url: { type: "text", default: "https://acme.helpdesk.example/api", help: "Where the API lives." },
  api_key: { type: "text", secret: true, required: true, help: "Key that goes into the query as api_key." },
  agent: { type: "text", required: true, help: "Short name of the agent." },
  x_region: { type: "text", required: true, help: "Value of x region." },
}, ({ base_url, api_key, agent, x_region }) => ({
  client: {
    base_url,
    // The document also names "session": OpenID Connect
    // The document also names "certificate": mutualTLS, which cannot be used here
    auth: { type: "api_key", name: "api_key", api_key, location: "query" },
    paginator: { type: "cursor", cursor_path: "meta.next_cursor", cursor_param: "cursor" },
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /tickets: List tickets
    {
      name: "tickets",
      endpoint: { path: "tickets", params: { limit: 200, view: "all" }, data_selector: "tickets" },
    },
    // GET /tickets/{ticket_id}/comments: List the comments of a ticket
    {
      name: "comments",
      primary_key: ["_tickets_id", "comment_id"],
      include_from_parent: ["id"],
      endpoint: {
        path: "tickets/{resources.tickets.id}/comments",
        params: { limit: 200 },
        data_selector: "comments",
      },
    },
    // GET /agents/{agent}/shifts: List the shifts of an agent
    {
      name: "shifts",
      primary_key: "shift_id",
      endpoint: {
        path: "agents/{agent}/shifts",
        params: { agent, from: "2024-01-01" },
        headers: { "X-Region": x_region },
      },
    },
    // Not loaded, asked with POST; the body says what is searched for:
    // POST /tickets/search: Search tickets
    // {
    //   name: "tickets_search",
    //   endpoint: {
    //     path: "tickets/search",
    //     method: "POST",
    //     json: { query: "…", limit: 100 },
    //     data_selector: "tickets",
    //     paginator: { type: "cursor", cursor_path: "meta.next_cursor", cursor_body_path: "cursor" },
    //   },
    // },
    // Left out: GET /tickets/{ticket_id}/transcript (no JSON answer is described)
  ],
}));
