/**
 * Any REST API, described in the project's configuration alone: `[sources.rest_api.client]` and
 * `[[sources.rest_api.resources]]` in `.dlt/config.toml` hold what a module would export.
 * @module
 */
import { defineSource, type ResourceDefaults, type RestApiConfig } from "../mod.ts";

/** A source whose configuration stands in TOML. */
export default defineSource({
  name: "rest_api",
  description: "Any REST API, described in .dlt/config.toml",
  pipelineName: "rest_api",
  parameters: {
    client: {
      type: "object",
      required: true,
      help: 'The connection: base_url, auth, paginator, e.g. { base_url = "https://…" }.',
    },
    resources: {
      type: "json",
      required: true,
      help: 'The resources: names or tables, e.g. ["users", { name = "posts" }].',
    },
    resource_defaults: { type: "object", help: "Laid under every resource." },
  },
  build: ({ client, resources, resource_defaults }) => ({
    client: client as unknown as RestApiConfig["client"],
    resources: resources as RestApiConfig["resources"],
    ...(resource_defaults && { resource_defaults: resource_defaults as ResourceDefaults }),
  }),
});
