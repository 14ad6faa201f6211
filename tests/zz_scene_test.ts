import assert from "assert";
import { withApi } from "./rest_api_scene.ts";
Deno.test("scene", async () => {
  await withApi({ "/users": [{ id: 1, tags: ["a"] }] }, async (api) => {
    const { tables, warnings } = await api.load({ client: {}, resources: ["users"] });
    console.log(tables, api.lines(), warnings);
    assert.ok(true);
  });
});
