/**
 * The imitation of Zendesk keeps the rules of its incremental exports.
 * @module
 */
import assert from "assert";
import fc from "property";
import { startZendesk, type ZendeskImitation } from "../../simulator/imitations/mod.ts";
import { ask, basic, type Got, NOW } from "./asking.ts";

function read(zendesk: ZendeskImitation, path: string): Promise<Got> {
  const url = path.startsWith("http") ? path : `${zendesk.url}/api/v2/incremental/${path}`;
  return ask(url, { authorization: basic(zendesk.user, zendesk.apiToken) });
}

/** Follows an export to the end of its stream; returns ids as they came. */
async function walk(
  zendesk: ZendeskImitation,
  path: string,
  link: "after_url" | "next_page",
): Promise<number[]> {
  const ids: number[] = [];
  for (let next = path;;) {
    const { status, body } = await read(zendesk, next);
    assert.equal(status, 200);
    ids.push(...body.tickets.map(({ id }: { id: number }) => id));
    if (body.end_of_stream) return ids;
    next = body[link];
  }
}

const inOrder = ({ truth }: ZendeskImitation) =>
  truth.tickets.toSorted((a, b) => a.generated_timestamp - b.generated_timestamp || a.id - b.id).map((
    { id },
  ) => id);

Deno.test("startZendesk() exports by cursor each ticket once, in the order of changes, for any page size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      async (size, tickets) => {
        await using zendesk = await startZendesk({ tickets, requestsPerMinute: 1000, now: NOW });
        const ids = await walk(zendesk, `tickets/cursor.json?start_time=0&per_page=${size}`, "after_url");
        assert.deepEqual(ids, inOrder(zendesk));
        assert.equal(zendesk.requests.length, Math.max(1, Math.ceil(tickets / size)));
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("startZendesk() exports by time every ticket, some of them twice, for any page size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      async (size, tickets) => {
        await using zendesk = await startZendesk({
          tickets,
          requestsPerMinute: 1000,
          pageSize: size,
          now: NOW,
        });
        const ids = await walk(zendesk, "tickets.json?start_time=0", "next_page");
        assert.deepEqual([...new Set(ids)], inOrder(zendesk));
        const { requests } = zendesk;
        assert.ok(
          requests.length === 1 || ids.length > tickets,
          "the end of a page is on the next one again",
        );
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("startZendesk() shows cursor, links and counts as documented", async () => {
  await using zendesk = await startZendesk({ tickets: 5, now: NOW });
  const byCursor = await read(zendesk, "tickets/cursor.json?start_time=0&per_page=3");
  const { tickets, after_cursor, after_url, ...rest } = byCursor.body;
  assert.equal(tickets.length, 3);
  const base = `${zendesk.url}/api/v2/incremental/`;
  assert.equal(after_url, `${base}tickets/cursor.json?per_page=3&cursor=${encodeURIComponent(after_cursor)}`);
  assert.deepEqual(rest, { before_url: null, before_cursor: null, end_of_stream: false });

  const byTime = await read(zendesk, "tickets?start_time=0");
  const { tickets: all, ...facts } = byTime.body;
  const end = all.at(-1).generated_timestamp;
  assert.deepEqual(facts, {
    count: 5,
    end_of_stream: true,
    end_time: end,
    next_page: `${base}tickets?start_time=${end}`,
  });
});

Deno.test("startZendesk() goes on from the last cursor with what has changed since, less the last minute", async () => {
  await using zendesk = await startZendesk({ tickets: 20, now: NOW });
  const { after_url, end_of_stream } = (await read(zendesk, "tickets/cursor.json?start_time=0")).body;
  assert.ok(end_of_stream);
  assert.deepEqual((await read(zendesk, after_url)).body.tickets, []);
  zendesk.updateTicket(35_003, { status: "solved" });
  const made = zendesk.addTicket({ subject: "Neu" });
  assert.deepEqual(await walk(zendesk, after_url, "after_url"), [35_003, made.id]);
});

Deno.test("startZendesk() leaves out what has changed within the last minute", async () => {
  const latest = Date.UTC(2025, 1, 12, 0, 0, 30);
  await using zendesk = await startZendesk({ tickets: 100, now: latest });
  const { tickets } = (await read(zendesk, "tickets/cursor.json?start_time=0")).body;
  assert.ok(tickets.length > 0 && tickets.length < 100);
  const younger = zendesk.truth.tickets.filter((each) => each.generated_timestamp > latest / 1000 - 60);
  assert.equal(tickets.length + younger.length, 100);
});

for (
  const [what, path, status, error] of [
    ["no start", "tickets.json", 400, "StartTimeMissing"],
    ["a start that is no number", "tickets.json?start_time=None", 400, "InvalidValue"],
    [
      "a start within the last minute",
      `tickets/cursor.json?start_time=${NOW / 1000 - 59}`,
      422,
      "InvalidValue",
    ],
    ["a cursor of its own making", "tickets/cursor.json?cursor=abc", 400, "InvalidValue"],
    ["a page size of zero", "tickets.json?start_time=0&per_page=0", 400, "InvalidValue"],
    ["another export", "cakes.json?start_time=0", 404, "InvalidEndpoint"],
  ] as const
) {
  Deno.test(`startZendesk() answers ${status} to ${what}`, async () => {
    await using zendesk = await startZendesk({ tickets: 3, now: NOW });
    const got = await read(zendesk, path);
    assert.deepEqual([got.status, got.body.error], [status, error]);
  });
}

Deno.test("startZendesk() answers ten requests a minute and says when to come back", async () => {
  await using zendesk = await startZendesk({ tickets: 3, now: NOW });
  const statuses = [];
  for (let request = 0; request < 10; request++) {
    statuses.push((await read(zendesk, "tickets.json?start_time=0")).status);
  }
  const refused = await read(zendesk, "tickets.json?start_time=0");
  assert.deepEqual(statuses, Array(10).fill(200));
  assert.equal(refused.status, 429);
  const seconds = Number(refused.headers.get("retry-after"));
  assert.ok(seconds > 0 && seconds <= 60);
});

Deno.test("startZendesk() answers 401 to a password without /token", async () => {
  await using zendesk = await startZendesk({ tickets: 3, now: NOW });
  const authorization = basic(zendesk.user.replace("/token", ""), zendesk.apiToken);
  const got = await ask(`${zendesk.url}/api/v2/incremental/tickets.json?start_time=0`, { authorization });
  assert.deepEqual([got.status, got.body], [401, { error: "Couldn't authenticate you" }]);
});
