import type { CaseFile } from "../../case.ts";

export default {
  shows: "a description of an API: paths and references as keys, values that are kept as JSON",
  hints: { columns: { paths: { data_type: "json" } } },
  runs: [
    [[{
      openapi: "3.1.0",
      info: { title: "Pets", version: "1.0", "x-logo": { url: "https://example.com/é.png" } },
      paths: {
        "/pets/{id}": {
          get: { parameters: [{ $ref: "#/p/id" }], responses: { 200: { description: "ok" } } },
        },
      },
      components: {
        schemas: {
          Pet: {
            type: ["object", "null"],
            properties: { id: { type: "integer", maximum: 9_007_199_254_740_993n } },
          },
        },
      },
      servers: [{ url: "https://{env}.example.com", variables: { env: { default: "a", enum: ["a", "b"] } } }],
      security: [{}, { key: [] }],
    }]],
    [[{
      openapi: "3.1.0",
      paths: {},
      components: { schemas: { Pet: { type: "object", properties: { tag: { example: 1.5 } } } } },
    }]],
  ],
} satisfies CaseFile;
