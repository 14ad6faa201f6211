/**
 * Loads "Warehouse", version 0.9.
 *
 * Written from "warehouse.json" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("warehouse", {
  base_url: { type: "text", default: "https://warehouse.example/rest/api/2", help: "Where the API lives." },
  username: { type: "text", required: true, help: "User name." },
  password: { type: "text", secret: true, required: true, help: "Password of that user." },
  zone: { type: "integer", required: true, help: "Number on the floor." },
}, ({ base_url, username, password, zone }) => ({
  client: {
    base_url,
    // The document also names "person": OAuth 2 with a person signing in
    auth: { type: "http_basic", username, password },
    paginator: {
      type: "offset",
      limit: 1000,
      offset_param: "startAt",
      limit_param: "maxResults",
      total_path: "total",
    },
  },
  resource_defaults: { write_disposition: "merge" },
  resources: [
    // GET /items: List items
    { name: "items", primary_key: "sku", endpoint: { path: "items", data_selector: "items" } },
    // GET /items/{sku}/movements: List movements of an item
    {
      name: "movements",
      primary_key: ["_items_sku", "id"],
      include_from_parent: ["sku"],
      endpoint: { path: "items/{resources.items.sku}/movements", data_selector: "values" },
    },
    // GET /bays: List bays
    // No key was found, so each run replaces the table.
    { name: "bays", write_disposition: "replace", endpoint: { path: "bays", paginator: "single_page" } },
    // GET /zones/{zone}/bays: List bays of a zone
    // No key was found, so each run replaces the table.
    {
      name: "zones_bays",
      write_disposition: "replace",
      endpoint: { path: "zones/{zone}/bays", params: { zone }, paginator: "single_page" },
    },
    // Left out: GET /items/{sku}/picture (no JSON answer is described)
    // Left out: GET /items/{sku} (one record of what is listed)
  ],
}));
