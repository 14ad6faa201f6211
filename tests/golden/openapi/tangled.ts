/**
 * Loads "* / globalThis.wasRun = 1; /* `${globalThis.wasRun = 1}` (at)ts-nocheck </script>", version 1 * / globalThis.wasRun = 1 //.
 *
 * Written from "tangled.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("tangled", {
  base_url: { type: "text", default: "https://tangled.example:8443/v1", help: "Where the API lives." },
  constructor_value: {
    type: "text",
    required: true,
    help: "* / (at)deno-types='https://evil.example' /// <reference path='x' />",
  },
  class_value: { type: "text", required: true, help: "Value of class value." },
  brace: { type: "text", required: true, help: "Value of brace." },
}, ({ base_url, constructor_value, class_value, brace }) => ({
  client: {
    base_url,
    // The document describes no way to sign in; where there is one, add auth here
  },
  resource_defaults: { primary_key: "id", write_disposition: "merge" },
  resources: [
    // GET /loops: globalThis.wasRun = 1; "quoted" \ \u202ereversed
    {
      name: "loops",
      endpoint: {
        path: "loops",
        params: {
          ["__proto__"]: "${{globalThis.wasRun = 1}}",
          "a'];globalThis.wasRun=1;['": "{{resources.loops.id}}",
          constructor: constructor_value,
          class: class_value,
        },
        data_selector: "records",
        paginator: { type: "json_link", next_url_path: "['next\u2028']" },
      },
    },
    // GET /loops/{id}/{class}/knots
    {
      name: "knots",
      primary_key: ["_loops_id", "id"],
      include_from_parent: ["id"],
      endpoint: {
        path: "loops/{resources.loops.id}/{class_value}/knots",
        params: { class_value },
        data_selector: "['it\\'s a \u0022list\u0022']",
      },
    },
    // GET /with{brace/}odd{
    // No key was found, so each run replaces the table.
    {
      name: "odd",
      primary_key: [],
      write_disposition: "replace",
      endpoint: { path: "with{brace}odd{{", params: { brace } },
    },
    // Left out: GET /cookies (it needs a cookie, "csrf")
    // Left out: GET /elsewhere/answers (its answer stands elsewhere, at "responses.yaml#/Answers")
    // Left out: GET /elsewhere/schemas (its answer has no schema that can be read)
    // Left out: GET /circle (its answer has no schema that can be read)
    // Left out: /elsewhere (it stands elsewhere, at "paths.yaml#/elsewhere")
    // Left out: /broken (it is no object)
  ],
}));
