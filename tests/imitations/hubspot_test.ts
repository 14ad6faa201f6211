/**
 * HubSpot in the words of dlt: the list by a cursor in the query or by links in the body, the search by a
 * cursor in the body.
 * @module
 */
import assert from "assert";
import type { EndpointConfig, RestApiConfig } from "../../mod.ts";
import { type HubspotContact, type HubspotImitation, startHubspot } from "../../simulator/imitations/mod.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

function config({ url, accessToken }: HubspotImitation, endpoint: EndpointConfig): RestApiConfig {
  return {
    client: { base_url: `${url}/crm/v3/objects`, auth: { token: accessToken } },
    resource_defaults: { primary_key: "id", write_disposition: "replace" },
    resources: [{ name: "contacts", endpoint: { data_selector: "results", ...endpoint } }],
  };
}

/** Contacts with these properties only, and the three that are always shown. */
function shown(contacts: readonly HubspotContact[], names: readonly string[]): object[] {
  const wanted = ["createdate", "hs_object_id", "lastmodifieddate", ...names];
  return contacts.map((contact) => {
    const kept = Object.entries(contact.properties).filter(([name]) => wanted.includes(name));
    return { ...contact, properties: Object.fromEntries(kept) };
  });
}

const PATH = "GET /crm/v3/objects/contacts?limit=40";

for (
  const [by, paginator] of [
    ["a cursor", { type: "cursor", cursor_path: "paging.next.after", cursor_param: "after" }],
    ["links", { type: "json_link", next_url_path: "paging.next.link" }],
  ] as const
) {
  Deno.test(`run loads all contacts of HubSpot by ${by}`, async () => {
    await using hubspot = await startHubspot({ contacts: 85 });
    await using place = await workplace("hubspot");
    const params = { limit: 40, properties: "email,phone,jobtitle" };
    await place.load(config(hubspot, { params, paginator }));
    const { contacts } = hubspot.truth;
    assert.equal(await place.holds("contacts", shown(contacts, ["email", "phone", "jobtitle"]), "id"), 85);

    assertAllAnswered(hubspot);
    const query = `${PATH}&properties=email,phone,jobtitle`;
    assert.deepEqual(lines(hubspot.requests), [
      query,
      `${query}&after=${contacts[40].id}`,
      `${query}&after=${contacts[80].id}`,
    ]);
  });
}

Deno.test("run searches contacts of HubSpot by POST with the cursor in the body", async () => {
  await using hubspot = await startHubspot({ contacts: 85 });
  await using place = await workplace("hubspot");
  const filters = [{ propertyName: "lifecyclestage", operator: "NEQ", value: "lead" }];
  const search = {
    filterGroups: [{ filters }],
    sorts: [{ propertyName: "createdate", direction: "ASCENDING" }],
    properties: ["email", "lifecyclestage"],
    limit: 25,
  };
  await place.load(config(hubspot, {
    path: "contacts/search",
    method: "POST",
    json: search,
    paginator: { type: "cursor", cursor_path: "paging.next.after", cursor_body_path: "after" },
  }));
  const found = hubspot.truth.contacts.filter(({ properties }) => properties.lifecyclestage !== "lead");
  assert.equal(await place.holds("contacts", shown(found, ["email", "lifecyclestage"]), "id"), found.length);

  assertAllAnswered(hubspot);
  const bodies = hubspot.requests.map(({ body }) => JSON.parse(body));
  const cursors = ["25", "50", "75"].slice(0, Math.ceil(found.length / 25) - 1);
  assert.deepEqual(bodies, [search, ...cursors.map((after) => ({ ...search, after }))]);
});

Deno.test("run into HubSpot's limit of searches fails and says so", async () => {
  await using hubspot = await startHubspot({ contacts: 85, searchWindow: 50 });
  await using place = await workplace("hubspot");
  const searching = place.load(config(hubspot, {
    path: "contacts/search",
    method: "POST",
    json: { limit: 25 },
    paginator: { type: "cursor", cursor_path: "paging.next.after", cursor_body_path: "after" },
  }));
  await assert.rejects(searching, { name: "ExtractError" });
});
