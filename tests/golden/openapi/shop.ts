/**
 * Loads "Pet Shop", version 2.4.0.
 *
 * Written from "shop.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("shop", {
  base_url: { type: "text", default: "https://api.petshop.example/v2", help: "Where the API lives." },
  api_token: {
    type: "text",
    secret: true,
    required: true,
    help: "Token that goes into the Authorization header.",
    obtain: "Settings > Developers > Tokens.",
  },
}, ({ base_url, api_token }) => ({
  client: {
    // Another server: https://sandbox.petshop.example/v2
    base_url,
    // The document also names "login": HTTP Basic
    auth: { type: "bearer", token: api_token },
    paginator: { type: "page_number", base_page: 1, total_path: "total_pages" },
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /owners: List owners
    {
      name: "owners",
      endpoint: {
        path: "owners",
        params: { per_page: 250 },
        data_selector: "data",
        // To load only what changed since the last run:
        // incremental: {
        //   cursor_path: "updated_at",
        //   start_param: "updated_since",
        //   initial_value: "2024-01-01T00:00:00Z",
        // },
      },
    },
    // GET /owners/{ownerId}/pets: List the pets of an owner
    {
      name: "pets",
      primary_key: ["_owners_id", "uuid"],
      include_from_parent: ["id"],
      endpoint: {
        path: "owners/{resources.owners.id}/pets",
        params: { per_page: 250 },
        data_selector: "data",
      },
    },
    // GET /owners/{ownerId}/pets/{petId}/visits: List the visits of a pet to the vet
    {
      name: "visits",
      primary_key: ["_pets__owners_id", "_pets_uuid", "visitId"],
      include_from_parent: ["_owners_id", "uuid"],
      endpoint: {
        path: "owners/{resources.pets._owners_id}/pets/{resources.pets.uuid}/visits",
        params: { per_page: 250 },
        data_selector: "data",
      },
    },
    // GET /breeds: List breeds
    // No key was found, so each run replaces the table.
    {
      name: "breeds",
      primary_key: [],
      write_disposition: "replace",
      endpoint: { path: "breeds", paginator: "single_page" },
    },
    // Left out: GET /animals (deprecated)
    // Left out: GET /owners/{ownerId} (one record of what is listed)
    // Left out: GET /shop (it answers one object, not a list)
  ],
}));
