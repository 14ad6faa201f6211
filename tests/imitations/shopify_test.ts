/**
 * Shopify in the words of dlt: products by links, whose pages refuse the filters of the first request.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { type ShopifyImitation, startShopify } from "../../simulator/imitations/mod.ts";
import { assertAllAnswered, workplace } from "./workplace.ts";

function config({ url, accessToken }: ShopifyImitation, params = {}): RestApiConfig {
  return {
    client: {
      base_url: `${url}/admin/api/2024-01/`,
      auth: { type: "api_key", name: "X-Shopify-Access-Token", api_key: accessToken, location: "header" },
      paginator: { type: "header_link" },
    },
    resource_defaults: { primary_key: "id", write_disposition: "merge" },
    resources: [
      {
        name: "products",
        endpoint: { path: "products.json", data_selector: "products", params: { limit: 50, ...params } },
      },
    ],
  };
}

Deno.test("run loads all products of Shopify with their variants, options and images", async () => {
  await using shop = await startShopify({ products: 130 });
  await using place = await workplace("shopify");
  await place.load(config(shop));
  assert.equal(await place.holds("products", shop.truth.products, "id"), 130);
  assertAllAnswered(shop);
  assert.equal(shop.requests.length, 3);
});

Deno.test("run sends Shopify filters with the first request, and page_info alone with the others", async () => {
  await using shop = await startShopify({ products: 130 });
  await using place = await workplace("shopify");
  await place.load(config(shop, { status: "active,draft" }));
  const found = shop.truth.products.filter(({ status }) => status !== "archived");
  assert.equal(await place.holds("products", found, "id"), found.length);
  assertAllAnswered(shop);
  const queries = shop.requests.map(({ path }) => [...new URL(path, shop.url).searchParams.keys()]);
  assert.deepEqual(queries, [["limit", "status"], ["limit", "page_info"], ["limit", "page_info"]]);
});
