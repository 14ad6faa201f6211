/**
 * The imitation of Stripe keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { startStripe, type StripeImitation } from "../../simulator/imitations/mod.ts";
import { ask, basic, type Got, NOW } from "./asking.ts";

function read(stripe: StripeImitation, path: string, headers: Record<string, string> = {}): Promise<Got> {
  return ask(`${stripe.url}/v1/${path}`, { authorization: `Bearer ${stripe.apiKey}`, ...headers });
}

const ids = (objects: readonly { id: string }[]) => objects.map(({ id }) => id);

Deno.test("startStripe() lists ten objects, newest first, and pages by the last id", async () => {
  await using stripe = await startStripe({ charges: 25 });
  const seen: string[] = [];
  let page = await read(stripe, "charges");
  assert.deepEqual([page.body.object, page.body.url, page.body.data.length], ["list", "/v1/charges", 10]);
  for (;;) {
    seen.push(...ids(page.body.data));
    if (!page.body.has_more) break;
    page = await read(stripe, `charges?starting_after=${seen.at(-1)}`);
  }
  assert.deepEqual(seen, ids(stripe.truth.charges.toReversed()));
  assert.equal(stripe.requests.length, 3);
});

Deno.test("startStripe() has no more after a page that is exactly full", async () => {
  await using stripe = await startStripe({ charges: 20 });
  const first = await read(stripe, "charges");
  const second = await read(stripe, `charges?starting_after=${first.body.data.at(-1).id}`);
  assert.deepEqual([first.body.has_more, second.body.has_more, second.body.data.length], [true, false, 10]);
});

Deno.test("startStripe() pages backwards by ending_before", async () => {
  await using stripe = await startStripe({ charges: 9 });
  const newestFirst = ids(stripe.truth.charges.toReversed());
  const got = await read(stripe, `charges?limit=3&ending_before=${newestFirst[5]}`);
  assert.deepEqual([ids(got.body.data), got.body.has_more], [newestFirst.slice(2, 5), true]);
});

Deno.test("startStripe() filters by created, by customer and by status", async () => {
  await using stripe = await startStripe();
  const { charges, invoices } = stripe.truth;
  const { created, customer } = charges[40];
  const cases = [
    [`charges?created[gte]=${created}&limit=100`, charges.filter((each) => each.created >= created)],
    [`charges?created%5Blt%5D=${created}&limit=100`, charges.filter((each) => each.created < created)],
    [`charges?created=${created}`, charges.filter((each) => each.created === created)],
    [`charges?customer=${customer}&limit=100`, charges.filter((each) => each.customer === customer)],
    ["invoices?status=paid&limit=100", invoices.filter(({ status }) => status === "paid")],
  ] as const;
  for (const [path, expected] of cases) {
    const got = await read(stripe, path);
    assert.deepEqual(ids(got.body.data), ids(expected.toReversed()), path);
  }
});

Deno.test("startStripe() shows one object, and takes the key as a user name too", async () => {
  await using stripe = await startStripe();
  const [customer] = stripe.truth.customers;
  const got = await read(stripe, `customers/${customer.id}`, { authorization: basic(stripe.apiKey, "") });
  assert.deepEqual(got.body, customer);
});

for (
  const [what, path, status, expected] of [
    ["an unknown parameter", "charges?page=2", 400, { code: "parameter_unknown", param: "page" }],
    ["a limit above a hundred", "charges?limit=101", 400, { param: "limit" }],
    ["a limit of zero", "charges?limit=0", 400, { param: "limit" }],
    ["a limit that is no number", "charges?limit=x", 400, {
      code: "parameter_invalid_integer",
      param: "limit",
    }],
    ["an unknown cursor", "charges?starting_after=ch_x", 400, {
      code: "resource_missing",
      param: "starting_after",
    }],
    ["an unknown id", "customers/cus_x", 404, { code: "resource_missing", param: "id" }],
    ["an unknown list", "cakes", 404, {}],
  ] as const
) {
  Deno.test(`startStripe() answers ${status} to ${what}`, async () => {
    await using stripe = await startStripe({ charges: 3 });
    const got = await read(stripe, path);
    assert.equal(got.status, status);
    const { type, message: _message, doc_url: _url, ...rest } = got.body.error;
    assert.deepEqual([type, rest], ["invalid_request_error", expected]);
  });
}

Deno.test("startStripe() refuses wrong keys, versions and bodies", async () => {
  await using stripe = await startStripe({ charges: 3 });
  const url = `${stripe.url}/v1/charges`;
  const authorization = `Bearer ${stripe.apiKey}`;
  const answers = [
    await ask(url),
    await ask(url, { authorization: "Bearer sk_test_wrong" }),
    await ask(url, { authorization, "stripe-version": "newest" }),
    await ask(url, { authorization, "content-type": "application/json" }, { body: "{}" }),
    await ask(url, { authorization, "content-type": "application/x-www-form-urlencoded" }, {
      body: "amount=1",
    }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [401, 401, 400, 400, 403]);
  assert.ok(answers.every(({ body, headers }) => body.error.message && headers.get("request-id")));
  assert.ok(!answers[1].text.includes("wrong"), "the key is not repeated");
});

Deno.test("startStripe() puts a new charge before all others", async () => {
  await using stripe = await startStripe({ charges: 5, now: NOW });
  const made = stripe.addCharge();
  const got = await read(stripe, `charges?created[gte]=${NOW / 1000}`);
  assert.deepEqual(ids(got.body.data), [made.id]);
});
