/**
 * Several pages asked for at once: in order, bounded, never wrong, and nothing left over.
 * @module
 */
import assert from "assert";
import { offset, pageNumber, singlePage } from "../rest/paginators/mod.ts";
import type { Paginator, RequestSpec, RestPage, RestResponse } from "../rest/types.ts";
import { walk } from "../rest/walk.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

/** A server that holds every answer until it is told, and counts what it has in hand. */
function heldServer(answer: (from: number, count: number) => object) {
  const waiting: (() => void)[] = [];
  const seen: number[] = [];
  const state = { inHand: 0, most: 0, held: true };
  const handler: Handler = async (request, count) => {
    const from = Number(new URL(request.url).searchParams.get("offset"));
    seen.push(from);
    state.most = Math.max(state.most, ++state.inHand);
    if (state.held && count > 1) await new Promise<void>((resolve) => waiting.push(resolve));
    state.inHand--;
    return json(answer(from, count));
  };
  /** Lets the held answers go, the last first if asked to. */
  const release = (isReversed = false) => {
    const open = waiting.splice(0);
    for (const resolve of isReversed ? open.reverse() : open) resolve();
  };
  const seenBy = async (count: number) => {
    while (seen.length < count) await new Promise((resolve) => setTimeout(resolve));
  };
  return { handler, release, seen, seenBy, state };
}

const twoRows = (from: number, total: number) => ({ total, items: [{ id: from }, { id: from + 1 }] });
const ids = (page: RestPage) => page.records.map(({ id }) => id);
const evens = (count: number) => Array.from({ length: count }, (_, index) => 2 * index);

Deno.test("paginate() asks for several pages at once and yields them in order, the slow ones too", async () => {
  const server = heldServer((from) => twoRows(from, 12));
  await withClient(server.handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    const pages = client.paginate(client.request("/x"), { prefetch: true, aheadPages: 5 });
    const first = await pages.next();
    assert.deepEqual(ids(first.value), [0, 1]);
    await server.seenBy(6);
    server.release(true);
    const rest = await Array.fromAsync(pages);
    assert.deepEqual(rest.flatMap(ids), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual(server.seen.toSorted((a, b) => a - b), evens(6));
  });
});

for (const [aheadPages, most] of [[1, 1], [2, 2], [4, 4], [undefined, 3]] as const) {
  Deno.test(`paginate() holds ${most} pages at most with aheadPages ${aheadPages}`, async () => {
    const server = heldServer((from) => twoRows(from, 40));
    server.state.held = false;
    const config = {
      paginator: { type: "offset", limit: 2 },
      max_concurrency: aheadPages === undefined ? 3 : 9,
    };
    await withClient(server.handler, config, async ({ client }) => {
      for await (const page of client.paginate(client.request("/x"), { prefetch: true, aheadPages })) {
        await server.seenBy(Math.min(20, page.index + 1 + most));
        // What is under way by now has had every chance to arrive.
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
        assert.equal(server.seen.length, Math.min(20, page.index + 1 + most));
      }
      assert.equal(server.state.most <= most, true);
      assert.deepEqual(server.seen.toSorted((a, b) => a - b), evens(20));
    });
  });
}

Deno.test("paginate() asks for one page at a time without prefetch", async () => {
  const server = heldServer((from) => twoRows(from, 10));
  server.state.held = false;
  await withClient(server.handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    for await (const page of client.paginate(client.request("/x"), { aheadPages: 4 })) {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
      assert.equal(server.seen.length, page.index + 1);
    }
    assert.equal(server.state.most, 1);
  });
});

const totals: { name: string; total: (count: number) => number; read: number[] }[] = [
  { name: "grows", total: (count) => Math.min(16, 6 + 2 * count), read: evens(8) },
  { name: "shrinks", total: (count) => count < 3 ? 16 : 8, read: evens(4) },
  { name: "shrinks below what was read", total: (count) => count < 3 ? 16 : 2, read: evens(3) },
];

for (const { name, total, read } of totals) {
  Deno.test(`paginate() reads to the end when the total ${name} on the way`, async () => {
    // Told by the page, not by the order in which the server saw the requests.
    const handler: Handler = (request) => {
      const from = Number(new URL(request.url).searchParams.get("offset"));
      return json(twoRows(from, total(from / 2 + 1)));
    };
    for (const prefetch of [false, true]) {
      await withClient(handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
        const pages = await Array.fromAsync(
          client.paginate(client.request("/x"), { prefetch, aheadPages: 4 }),
        );
        assert.deepEqual(pages.map((page) => ids(page)[0]), read);
      });
    }
  });
}

Deno.test("paginate() delivers what comes before a failing page, and only then fails", async () => {
  const handler: Handler = (request) => {
    const from = Number(new URL(request.url).searchParams.get("offset"));
    return from === 6 ? json({}, { status: 404 }) : json(twoRows(from, 20));
  };
  await withClient(handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    const read: unknown[] = [];
    const reading = async () => {
      for await (const page of client.paginate(client.request("/x"), { prefetch: true, aheadPages: 6 })) {
        read.push(...ids(page));
      }
    };
    const error = await failure(reading());
    assert.equal(error.code, "http-status");
    assert.equal(error.at.page, 4);
    assert.deepEqual(read, [0, 1, 2, 3, 4, 5]);
  });
});

Deno.test("paginate() does not mind a failing page that turns out not to be there", async () => {
  const handler: Handler = (request) => {
    const from = Number(new URL(request.url).searchParams.get("offset"));
    return from >= 6 ? json({}, { status: 404 }) : json(twoRows(from, from < 2 ? 20 : 6));
  };
  await withClient(handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    const pages = await Array.fromAsync(
      client.paginate(client.request("/x"), { prefetch: true, aheadPages: 9 }),
    );
    assert.deepEqual(pages.flatMap(ids), [0, 1, 2, 3, 4, 5]);
  });
});

Deno.test("paginate() leaves nothing running when the reader stops early", async () => {
  const server = heldServer((from) => twoRows(from, 40));
  await withClient(
    server.handler,
    { paginator: { type: "offset", limit: 2 } },
    async ({ client, events }) => {
      for await (const page of client.paginate(client.request("/x"), { prefetch: true, aheadPages: 5 })) {
        assert.deepEqual(ids(page), [0, 1]);
        await server.seenBy(6);
        break;
      }
      // The answers are still held: had the walk waited for them, this line would not be reached.
      const told = events.length;
      server.release();
      await server.seenBy(6);
      assert.equal(events.length, told);
    },
  );
});

Deno.test("paginate() ends with the reason when the run is stopped", async () => {
  const server = heldServer((from) => twoRows(from, 40));
  await withClient(
    server.handler,
    { paginator: { type: "offset", limit: 2 } },
    async ({ client, controller }) => {
      const pages = client.paginate(client.request("/x"), { prefetch: true, aheadPages: 5 });
      await pages.next();
      const stopped = new Error("stopped");
      const next = pages.next();
      await server.seenBy(6);
      controller.abort(stopped);
      await assert.rejects(next, stopped);
      server.release();
    },
  );
});

/** A paginator that foretells what it then does not do. */
function liar(foretold: (request: RequestSpec) => Iterable<string>): Paginator {
  const at = (request: RequestSpec, from: string) => ({
    ...request,
    url: request.url.replace(/\?.*$/, "") + from,
  });
  return {
    ...offset({ limit: 2 }),
    *ahead({ request }) {
      for (const from of foretold(request)) yield at(request, from);
    },
  };
}

const lies: { name: string; foretold: () => Iterable<string>; most: number }[] = [
  { name: "another next page", foretold: () => ["?offset=90&limit=2", "?offset=92&limit=2"], most: 5 },
  { name: "nothing", foretold: () => [], most: 5 },
  { name: "one page again and again", foretold: () => Array(9).fill("?offset=2&limit=2"), most: 5 },
  {
    name: "pages for ever",
    *foretold() {
      for (let from = 2;; from += 2) yield `?offset=${from}&limit=2`;
    },
    most: 10,
  },
];

for (const { name, foretold, most } of lies) {
  Deno.test(`paginate() follows next where a paginator foretells ${name}`, async () => {
    const handler: Handler = (request) => {
      const from = Number(new URL(request.url).searchParams.get("offset"));
      return json(twoRows(from, 10));
    };
    await withClient(handler, { paginator: liar(foretold) }, async ({ client, requests }) => {
      const pages = await Array.fromAsync(
        client.paginate(client.request("/x"), { prefetch: true, aheadPages: 3 }),
      );
      assert.deepEqual(pages.map((page) => ids(page)[0]), evens(5));
      assert.ok(requests.length <= most, String(requests.length));
    });
  });
}

Deno.test("paginate() sends no foretold request to another origin", async () => {
  const paginator: Paginator = {
    ...pageNumber({ total_path: null, maximum_page: 3 }),
    *ahead({ request }) {
      yield { ...request, url: request.url.replace("page=0", "page=1") };
      yield { ...request, url: "http://127.0.0.1:1/private" };
    },
  };
  await withClient((_request, count) => json([{ count }]), { paginator }, async ({ client, requests }) => {
    const pages = await Array.fromAsync(
      client.paginate(client.request("/x"), { prefetch: true, aheadPages: 3 }),
    );
    assert.equal(pages.length, 3);
    assert.equal(requests.length, 3);
  });
});

Deno.test("paginate() asks for no more pages than a walk may have", async () => {
  const server = heldServer((from) => twoRows(from, 100));
  server.state.held = false;
  await withClient(server.handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    const pages = client.paginate(client.request("/x"), { prefetch: true, aheadPages: 8, maxPages: 4 });
    assert.equal((await failure(Array.fromAsync(pages))).code, "pagination-endless");
    assert.deepEqual(server.seen.toSorted((a, b) => a - b), evens(4));
  });
});

/** A walk over answers that were made up. */
function madeUp(answers: Record<string, Partial<RestResponse>>, paginator: Paginator) {
  const asked: string[] = [];
  const pages = walk({ method: "GET", url: "https://api.example.com/x", headers: {} }, {
    origin: "https://api.example.com",
    resource: "things",
    paginator,
    aheadPages: 3,
    maxPages: 100,
    linked: (next) => next,
    send: (request) => {
      const { search } = new URL(request.url);
      asked.push(search);
      const bytes = new TextEncoder().encode(search);
      const response = {
        status: 200,
        headers: new Headers(),
        bytes,
        body: undefined,
        serverTime: 0,
        ...answers[search],
      };
      return Promise.resolve({ request, response });
    },
  });
  return { asked, pages };
}

Deno.test("walk() ends with an answer that a response action ends it with, which has no records", async () => {
  const { pages } = madeUp({
    "?page=0": { body: { total: 9, items: [{ id: 0 }] } },
    "?page=1": { status: 404, ended: "ignore", body: { total: 9, items: [{ id: 1 }] } },
  }, pageNumber());
  const read = await Array.fromAsync(pages);
  assert.deepEqual(
    read.map(({ records, next, response }) => [records.length, next !== undefined, response.ended]),
    [
      [1, true, undefined],
      [0, false, "ignore"],
    ],
  );
});

Deno.test("walk() takes an answer for a page whatever its status", async () => {
  const { pages } = madeUp({ "": { status: 404, body: [{ id: 1 }] } }, singlePage());
  assert.deepEqual((await Array.fromAsync(pages)).flatMap(ids), [1]);
});
