/**
 * Zendesk in the words of dlt: both incremental exports, which end when they say so and not by a missing link.
 * @module
 */
import assert from "assert";
import type { JsonObject, PageView, RestApiConfig } from "../../mod.ts";
import { startZendesk, type ZendeskImitation } from "../../simulator/imitations/mod.ts";
import { NOW } from "./asking.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

/** Follows a link until the stream ends; the link is there even then. */
function untilEndOfStream(link: string) {
  return ({ response }: PageView) => {
    const body = response.body as JsonObject;
    return body.end_of_stream ? null : String(body[link]);
  };
}

function config({ url, user, apiToken }: ZendeskImitation, path: string, link: string): RestApiConfig {
  return {
    client: {
      base_url: `${url}/api/v2`,
      auth: { type: "http_basic", username: user, password: apiToken },
    },
    resource_defaults: { primary_key: "id", write_disposition: "merge" },
    resources: [
      {
        name: "tickets",
        endpoint: {
          path: `incremental/${path}`,
          data_selector: "tickets",
          params: { per_page: 60 },
          paginator: untilEndOfStream(link),
          incremental: { cursor_path: "generated_timestamp", start_param: "start_time", initial_value: 0 },
        },
      },
    ],
  };
}

for (
  const [by, path, link] of [
    ["cursor", "tickets/cursor.json", "after_url"],
    ["time", "tickets.json", "next_page"],
  ] as const
) {
  Deno.test(`run loads all tickets of Zendesk by ${by}, and what has changed when it runs again`, async () => {
    await using zendesk = await startZendesk({ tickets: 230, now: NOW });
    await using place = await workplace("zendesk");
    await place.load(config(zendesk, path, link));
    assert.equal(await place.holds("tickets", zendesk.truth.tickets, "id"), 230);
    assertAllAnswered(zendesk);
    assert.equal(zendesk.requests.length, 4);
    assert.equal(lines(zendesk.requests)[0], `GET /api/v2/incremental/${path}?per_page=60&start_time=0`);

    const newest = Math.max(...zendesk.truth.tickets.map(({ generated_timestamp }) => generated_timestamp));
    zendesk.updateTicket(35_010, { status: "solved", subject: "Erledigt" });
    zendesk.addTicket({ subject: "新しいチケット" });
    zendesk.requests.length = 0;
    const info = await place.load(config(zendesk, path, link));
    assert.equal(await place.holds("tickets", zendesk.truth.tickets, "id"), 231);
    assert.equal(info.loadPackages[0].rows.tickets, 2);
    assert.deepEqual(lines(zendesk.requests), [
      `GET /api/v2/incremental/${path}?per_page=60&start_time=${newest}`,
    ]);
  });
}
