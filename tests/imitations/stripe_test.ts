/**
 * Stripe in the words of dlt: three lists that are paged by the id of the last object.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { startStripe, type StripeImitation } from "../../simulator/imitations/mod.ts";
import { NOW } from "./asking.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

function config({ url, apiKey }: StripeImitation): RestApiConfig {
  return {
    client: {
      base_url: `${url}/v1`,
      auth: { type: "http_basic", username: apiKey, password: "" },
      headers: { "Stripe-Version": "2024-06-20" },
      paginator: {
        type: "cursor",
        cursor_path: "data[-1].id",
        cursor_param: "starting_after",
        has_more_path: "has_more",
      },
    },
    resource_defaults: {
      primary_key: "id",
      write_disposition: "merge",
      endpoint: { data_selector: "data", params: { limit: 50 } },
    },
    resources: [
      "customers",
      {
        name: "charges",
        endpoint: {
          path: "charges",
          incremental: { cursor_path: "created", start_param: "created[gte]", initial_value: 0 },
        },
      },
      { name: "invoices", max_table_nesting: 3, endpoint: { params: { limit: 100 } } },
    ],
  };
}

Deno.test("run loads all customers, charges and invoices of Stripe, each by its own pages", async () => {
  await using stripe = await startStripe();
  await using place = await workplace("stripe");
  await place.load(config(stripe));
  const { customers, charges, invoices } = stripe.truth;
  assert.equal(await place.holds("customers", customers, "id"), 25);
  assert.equal(await place.holds("charges", charges, "id"), 120);
  assert.equal(await place.holds("invoices", invoices, "id"), 30);

  assertAllAnswered(stripe);
  const newestFirst = charges.toReversed();
  assert.deepEqual(
    lines(stripe.requests).sort(),
    [
      "GET /v1/charges?limit=50&created[gte]=0",
      `GET /v1/charges?limit=50&created[gte]=0&starting_after=${newestFirst[49].id}`,
      `GET /v1/charges?limit=50&created[gte]=0&starting_after=${newestFirst[99].id}`,
      "GET /v1/customers?limit=50",
      "GET /v1/invoices?limit=100",
    ].sort(),
  );
});

Deno.test("run again asks Stripe for charges from the second of the last one on", async () => {
  await using stripe = await startStripe({ now: NOW });
  await using place = await workplace("stripe");
  await place.load(config(stripe));
  const last = stripe.truth.charges.at(-1)!;
  const made = [stripe.addCharge(), stripe.addCharge()];
  stripe.requests.length = 0;
  const info = await place.load(config(stripe), { resources: ["charges"] });
  assert.equal(await place.holds("charges", stripe.truth.charges, "id"), 122);
  assert.equal(info.loadPackages[0].rows.charges, made.length);
  assert.deepEqual(lines(stripe.requests), [`GET /v1/charges?limit=50&created[gte]=${last.created}`]);
});
