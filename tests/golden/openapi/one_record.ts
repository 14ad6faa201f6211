/**
 * Loads "Exchange Rates", version 3.
 *
 * Written from "one_record.json" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("one_record", {
  base_url: { type: "text", default: "https://rates.example", help: "Where the API lives." },
  api_key: {
    type: "text",
    secret: true,
    required: true,
    help: "Key that goes into the query as access_key.",
    obtain: "From your account page.",
  },
  currency_code: { type: "text", default: "EUR", oneOf: ["EUR", "USD"], help: "Value of currency code." },
  api_key_value: { type: "text", required: true, help: "Value of api key value." },
}, ({ base_url, api_key, currency_code, api_key_value }) => ({
  client: { base_url, auth: { type: "api_key", name: "access_key", api_key, location: "query" } },
  resource_defaults: { primary_key: "code", write_disposition: "merge" },
  resources: [
    // GET /latest: Rates of today
    // No key was found, so each run replaces the table.
    {
      name: "latest",
      primary_key: [],
      write_disposition: "replace",
      endpoint: { path: "latest", data_selector: "$", paginator: "single_page" },
    },
    // GET /currencies/{code}: One currency
    {
      name: "currencies",
      endpoint: { path: "currencies/{currency_code}", params: { currency_code, api_key: api_key_value } },
    },
  ],
}));
