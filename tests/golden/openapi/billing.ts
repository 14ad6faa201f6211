/**
 * Loads "Billing", version 2024-06-01.
 *
 * Written from "billing.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("billing", {
  base_url: { type: "text", default: "https://api.billing.example", help: "Where the API lives." },
  username: { type: "text", required: true, help: "User name." },
  password: {
    type: "text",
    secret: true,
    required: true,
    help: "Password of that user.",
    obtain: "The secret key is the user name; there is no password.",
  },
}, ({ base_url, username, password }) => ({
  client: {
    base_url,
    // The document also names "header": an API key, header "X-Billing-Key"
    auth: { type: "http_basic", username, password },
    paginator: {
      type: "cursor",
      cursor_path: "data[-1].id",
      cursor_param: "starting_after",
      has_more_path: "has_more",
    },
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /v1/customers: Returns customers, newest first. Up to 100 at a time.
    { name: "customers", endpoint: { path: "v1/customers", params: { limit: 100 }, data_selector: "data" } },
    // GET /v1/customers/{customer}/invoices
    {
      name: "invoices",
      primary_key: ["_customers_id", "id"],
      include_from_parent: ["id"],
      endpoint: {
        path: "v1/customers/{resources.customers.id}/invoices",
        params: { limit: 100 },
        data_selector: "data",
      },
    },
    // Left out: GET /v1/balance (it answers one object, not a list)
  ],
}));
