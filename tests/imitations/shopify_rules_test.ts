/**
 * The imitation of Shopify keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { type ShopifyImitation, startShopify } from "../../simulator/imitations/mod.ts";
import { ask, type Got, linkOf } from "./asking.ts";

function read(shop: ShopifyImitation, path: string): Promise<Got> {
  const url = path.startsWith("http") ? path : `${shop.url}/admin/api/2024-01/${path}`;
  return ask(url, { "x-shopify-access-token": shop.accessToken });
}

const ids = ({ body }: Got) => body.products.map(({ id }: { id: number }) => id);

Deno.test("startShopify() lists fifty products and leads on and back by Link headers", async () => {
  await using shop = await startShopify({ products: 120 });
  const first = await read(shop, "products.json");
  const second = await read(shop, linkOf(first, "next")!);
  const third = await read(shop, linkOf(second, "next")!);
  assert.deepEqual([first, second, third].flatMap(ids), shop.truth.products.map(({ id }) => id));
  assert.deepEqual([linkOf(first, "previous"), linkOf(third, "next")], [undefined, undefined]);
  assert.deepEqual(ids(await read(shop, linkOf(third, "previous")!)), ids(second));
});

Deno.test("startShopify() sends no Link header when all products fit on one page", async () => {
  await using shop = await startShopify({ products: 250 });
  const got = await read(shop, "products.json?limit=1000");
  assert.deepEqual([got.body.products.length, got.headers.get("link")], [250, null]);
});

Deno.test("startShopify() remembers filters in page_info, and takes no others beside it", async () => {
  await using shop = await startShopify();
  const first = await read(shop, "products.json?limit=20&status=active&fields=id,status");
  const next = linkOf(first, "next")!;
  const seen = [...ids(first)];
  for (let url: string | undefined = next; url;) {
    const page: Got = await read(shop, url);
    assert.deepEqual(Object.keys(page.body.products[0]), ["id", "status"]);
    seen.push(...ids(page));
    url = linkOf(page, "next");
  }
  assert.deepEqual(seen, shop.truth.products.filter(({ status }) => status === "active").map(({ id }) => id));
  const refused = await read(shop, `${next}&status=active`);
  assert.equal(refused.status, 400);
  assert.match(refused.body.errors.status, /^status cannot be passed when page_info is present/);
});

Deno.test("startShopify() filters by dates, ids and vendor, shows one product and counts", async () => {
  await using shop = await startShopify();
  const { products } = shop.truth;
  const since = products[90].updated_at;
  const changed = products.filter(({ updated_at }) => Date.parse(updated_at) >= Date.parse(since));
  const acme = products.filter(({ vendor }) => vendor === "Acme");
  const got = await read(shop, `products.json?limit=250&updated_at_min=${encodeURIComponent(since)}`);
  assert.deepEqual(ids(got), changed.map(({ id }) => id));
  assert.deepEqual(ids(await read(shop, `products.json?ids=${products[3].id},${products[1].id}`)), [
    products[1].id,
    products[3].id,
  ]);
  assert.deepEqual((await read(shop, "products/count.json?vendor=Acme")).body, { count: acme.length });
  assert.deepEqual((await read(shop, `products/${products[7].id}.json`)).body, { product: products[7] });
});

for (
  const [what, path, status] of [
    ["a page_info of its own making", "products.json?page_info=abc", 400],
    ["a date that is none", "products.json?created_at_min=soon", 400],
    ["a limit that is no number", "products.json?limit=many", 400],
    ["an unknown product", "products/1.json", 404],
    ["an unknown list", "cakes.json", 404],
    ["a path without .json", "products", 404],
  ] as const
) {
  Deno.test(`startShopify() answers ${status} to ${what}`, async () => {
    await using shop = await startShopify({ products: 3 });
    const got = await read(shop, path);
    assert.equal(got.status, status);
    assert.ok(got.body.errors);
  });
}

Deno.test("startShopify() answers 401 without its access token", async () => {
  await using shop = await startShopify({ products: 3 });
  const got = await ask(`${shop.url}/admin/api/2024-01/products.json`, {
    authorization: `Bearer ${shop.accessToken}`,
  });
  assert.equal(got.status, 401);
  assert.match(got.body.errors, /Invalid API key or access token/);
});

Deno.test("startShopify() lets a bucket of calls fill up and says in tenths of seconds when to come back", async () => {
  await using shop = await startShopify({ products: 3, bucketSize: 2, leakPerSecond: 0.05 });
  const answers = [];
  for (let call = 0; call < 3; call++) answers.push(await read(shop, "products.json"));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 429]);
  assert.equal(answers[1].headers.get("x-shopify-shop-api-call-limit"), "2/2");
  assert.match(answers[2].headers.get("retry-after")!, /^(1\d|20)\.\d$/);
});
