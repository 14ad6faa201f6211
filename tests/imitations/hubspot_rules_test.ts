/**
 * The imitation of HubSpot keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { type HubspotImitation, startHubspot } from "../../simulator/imitations/mod.ts";
import { ask, type Got, post } from "./asking.ts";

const PATH = "/crm/v3/objects/contacts";

function read(hubspot: HubspotImitation, path: string): Promise<Got> {
  return ask(path.startsWith("http") ? path : `${hubspot.url}${PATH}${path}`, bearer(hubspot));
}

function search(hubspot: HubspotImitation, body: unknown): Promise<Got> {
  return post(`${hubspot.url}${PATH}/search`, bearer(hubspot), body);
}

function bearer({ accessToken }: HubspotImitation): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` };
}

const ids = ({ body }: Got) => body.results.map(({ id }: { id: string }) => id);

Deno.test("startHubspot() lists ten contacts with standard properties, and leads on by paging.next", async () => {
  await using hubspot = await startHubspot({ contacts: 25 });
  const seen: string[] = [];
  let url: string | undefined = `${hubspot.url}${PATH}`;
  while (url) {
    const page: Got = await read(hubspot, url);
    seen.push(...ids(page));
    for (const { properties } of page.body.results) {
      assert.deepEqual(Object.keys(properties), hubspot.defaultProperties);
    }
    url = page.body.paging?.next.link;
  }
  assert.deepEqual(seen, hubspot.truth.contacts.map(({ id }) => id));
  assert.equal(hubspot.requests.length, 3);
});

Deno.test("startHubspot() shows the properties that are asked for, on following pages too", async () => {
  await using hubspot = await startHubspot();
  const first = await read(hubspot, "?limit=2&properties=phone,city&properties=jobtitle");
  const second = await read(hubspot, first.body.paging.next.link);
  const names = ["city", "createdate", "hs_object_id", "jobtitle", "lastmodifieddate", "phone"];
  assert.deepEqual(Object.keys(first.body.results[0].properties), names);
  assert.deepEqual(Object.keys(second.body.results[0].properties), names);
  assert.deepEqual(ids(second), hubspot.truth.contacts.slice(2, 4).map(({ id }) => id));
});

Deno.test("startHubspot() searches by filters, sorts, and pages by after in the body", async () => {
  await using hubspot = await startHubspot();
  const body = {
    filterGroups: [{ filters: [{ propertyName: "lifecyclestage", operator: "EQ", value: "lead" }] }],
    sorts: [{ propertyName: "lastmodifieddate", direction: "DESCENDING" }],
    properties: ["lifecyclestage"],
    limit: 20,
  };
  const first = await search(hubspot, body);
  const second = await search(hubspot, { ...body, after: first.body.paging.next.after });
  const expected = hubspot.truth.contacts.filter(({ properties }) => properties.lifecyclestage === "lead")
    .toSorted((a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt)).map(({ id }) => id);
  assert.deepEqual([...ids(first), ...ids(second)], expected);
  assert.deepEqual([first.body.total, second.body.paging], [expected.length, undefined]);
});

for (
  const [operator, more, expected] of [
    ["HAS_PROPERTY", {}, (held: string | null) => held !== null],
    ["NOT_HAS_PROPERTY", {}, (held: string | null) => held === null],
    ["GTE", { value: "500000" }, (held: string | null) => held !== null && Number(held) >= 500_000],
    ["LT", { value: "500000" }, (held: string | null) => held !== null && Number(held) < 500_000],
  ] as const
) {
  Deno.test(`startHubspot() knows the operator ${operator}`, async () => {
    await using hubspot = await startHubspot();
    const filters = [{ propertyName: "annualrevenue", operator, ...more }];
    const got = await search(hubspot, { filterGroups: [{ filters }], limit: 200 });
    const found = hubspot.truth.contacts.filter(({ properties }) => expected(properties.annualrevenue));
    assert.ok(found.length > 5 && got.body.total === found.length);
  });
}

Deno.test("startHubspot() lets nobody page beyond the search window", async () => {
  await using hubspot = await startHubspot({ contacts: 30, searchWindow: 20 });
  assert.equal((await search(hubspot, { limit: 10, after: "10" })).status, 200);
  const beyond = await search(hubspot, { limit: 10, after: "20" });
  assert.deepEqual([beyond.status, beyond.body.category], [400, "VALIDATION_ERROR"]);
});

Deno.test("startHubspot() answers five searches a second", async () => {
  await using hubspot = await startHubspot({ contacts: 3, searchesPerSecond: 2 });
  const statuses = [];
  for (let count = 0; count < 3; count++) statuses.push((await search(hubspot, {})).status);
  assert.deepEqual(statuses, [200, 200, 429]);
});

for (
  const [what, send, status] of [
    ["a missing token", ({ url }: HubspotImitation) => ask(url + PATH), 401],
    ["a limit above a hundred", (hubspot: HubspotImitation) => read(hubspot, "?limit=101"), 400],
    ["a cursor of another kind", (hubspot: HubspotImitation) => read(hubspot, "?after=x"), 400],
    ["an unknown contact", (hubspot: HubspotImitation) => read(hubspot, "/1"), 404],
    ["a search limit above two hundred", (hubspot: HubspotImitation) => search(hubspot, { limit: 201 }), 400],
    ["an unknown key of a search", (hubspot: HubspotImitation) => search(hubspot, { start: 1 }), 400],
    [
      "a list where an object belongs",
      (hubspot: HubspotImitation) => search(hubspot, { filterGroups: {} }),
      400,
    ],
    [
      "a body that is no JSON",
      (hubspot: HubspotImitation) =>
        ask(`${hubspot.url}${PATH}/search`, { ...bearer(hubspot), "content-type": "text/plain" }, {
          body: "x",
        }),
      415,
    ],
    ["the wrong method", (hubspot: HubspotImitation) => post(hubspot.url + PATH, bearer(hubspot), {}), 405],
  ] as const
) {
  Deno.test(`startHubspot() answers ${status} to ${what}`, async () => {
    await using hubspot = await startHubspot({ contacts: 3 });
    const got = await send(hubspot);
    assert.deepEqual([got.status, got.body.status], [status, "error"]);
  });
}
