/**
 * Loads "Sensors".
 *
 * Written from "sensors.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("sensors", {
  base_url: { type: "text", required: true, help: "Where the API lives." },
  country: { type: "text", required: true, help: "Two letters." },
}, ({ base_url, country }) => ({
  client: {
    base_url,
    // The document describes no way to sign in; where there is one, add auth here
    paginator: { type: "json_link", next_url_path: "_links.next.href" },
  },
  resource_defaults: { primary_key: "stationId", write_disposition: "merge" },
  resources: [
    // GET /stations: List stations
    {
      name: "stations",
      endpoint: {
        path: "stations",
        params: { size: 200, country, units: "metric" },
        data_selector: "_embedded.stations",
      },
    },
    // GET /stations/{station}/readings
    // No key was found, so each run replaces the table.
    {
      name: "readings",
      primary_key: [],
      write_disposition: "replace",
      include_from_parent: ["stationId"],
      endpoint: {
        path: "stations/{resources.stations.stationId}/readings",
        params: { size: 200 },
        headers: { "X-Tenant": "public" },
        data_selector: "content",
        paginator: { type: "page_number", base_page: 0, page_param: "pageNumber", total_path: "totalPages" },
      },
    },
  ],
}));
