/**
 * Walking pages: links of every form, loops, foreign links, polling feeds and shrinking pages.
 * @module
 */
import assert from "assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { formatError } from "../pipeline/errors.ts";
import { RestClient } from "../rest/client.ts";
import type { ClientConfig, Paginator, RestPage } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

/** Answers by path and query; a `next` becomes a Link header. */
type Pages = Record<string, { next?: string; records?: unknown; status?: number }>;
function servePages(pages: Pages): Handler {
  return (request) => {
    const { pathname, search, origin } = new URL(request.url);
    const page = pages[pathname + search];
    if (!page) return json({ unknown: pathname + search }, { status: 410 });
    const headers: [string, string][] = [["link", `<${origin}${pathname}>; rel="self"`]];
    if (page.next) headers.push(["link", `<${page.next.replace("ORIGIN", origin)}>; rel="next"`]);
    return json(page.records ?? [{ at: pathname + search }], { status: page.status ?? 200, headers });
  };
}

async function read(pages: AsyncIterable<RestPage>): Promise<unknown[]> {
  return (await Array.fromAsync(pages)).flatMap((page) => page.records.map((record) => record.at ?? record));
}

const walks: { name: string; pages: Pages; ats: string[]; config?: Partial<ClientConfig> }[] = [
  { name: "one page", pages: { "/x": {} }, ats: ["/x"] },
  { name: "absolute links", pages: { "/x": { next: "ORIGIN/x?a=1" }, "/x?a=1": {} }, ats: ["/x", "/x?a=1"] },
  { name: "rooted links", pages: { "/x": { next: "/y?a=1" }, "/y?a=1": {} }, ats: ["/x", "/y?a=1"] },
  { name: "query links", pages: { "/x": { next: "?a=1" }, "/x?a=1": {} }, ats: ["/x", "/x?a=1"] },
  {
    name: "empty pages in between",
    pages: { "/x": { next: "?a=1", records: [] }, "/x?a=1": { next: "?a=2" }, "/x?a=2": { records: [] } },
    ats: ["/x?a=1"],
  },
  {
    name: "another relation",
    config: { paginator: { type: "header_link", links_next_key: "self", polls: true } },
    pages: { "/x": {} },
    ats: ["/x"],
  },
  {
    name: "a single page",
    config: { paginator: "single_page" },
    pages: { "/x": { next: "?a=1" } },
    ats: ["/x"],
  },
];

for (const { name, pages, ats, config } of walks) {
  Deno.test(`paginate() reads ${name}`, async () => {
    await withClient(servePages(pages), { paginator: "header_link", ...config }, async ({ client }) => {
      assert.deepEqual(await read(client.paginate(client.request("/x"))), ats);
    });
  });
}

Deno.test("paginate() sends the next link exactly as given and says it beforehand", async () => {
  // `fetch` itself writes %27 for a quote; what we keep and tell is what the server wrote.
  const odd = "ORIGIN/x?after=a,b%2C;x&f='q'+(1)&limit=2";
  const sent = odd.replaceAll("'", "%27");
  await withClient(servePages({ "/x": { next: odd }, [sent.replace("ORIGIN", "")]: {} }), {
    paginator: "header_link",
  }, async ({ client, base, requests }) => {
    const pages = await Array.fromAsync(
      client.paginate(client.request("/x", { params: {} }), { resource: "x" }),
    );
    assert.equal(pages[0]!.next?.url, odd.replace("ORIGIN", base));
    assert.equal(requests[1]!.url, sent.replace("ORIGIN", base));
    assert.deepEqual(pages.map((page) => page.index), [0, 1]);
    assert.equal(pages[1]!.next, undefined);
  });
});

const broken: {
  name: string;
  next: string;
  code: string;
  message: RegExp;
  requests: number;
  more?: Pages;
}[] = [
  {
    name: "a link to itself",
    next: "ORIGIN/x",
    code: "pagination-loop",
    message: /equals the present one/,
    requests: 1,
  },
  {
    name: "a loop of two",
    next: "?a=1",
    more: { "/x?a=1": { next: "/x" } },
    code: "pagination-loop",
    message: /was made before in this walk/,
    requests: 2,
  },
  {
    name: "a loop that leaves out the start",
    next: "?a=1",
    more: { "/x?a=1": { next: "?a=2" }, "/x?a=2": { next: "?a=1" } },
    code: "pagination-loop",
    message: /was made before/,
    requests: 3,
  },
  {
    name: "a link to a foreign origin",
    next: "https://evil.example/x?token=private",
    code: "foreign-origin",
    message: /goes to https:\/\/evil\.example, credentials are for/,
    requests: 1,
  },
  {
    name: "a protocol-relative link",
    next: "//evil.example/x?token=private",
    code: "foreign-origin",
    message: /http:\/\/evil\.example/,
    requests: 1,
  },
  {
    name: "a backslash link",
    next: "\\\\evil.example",
    code: "foreign-origin",
    message: /evil\.example/,
    requests: 1,
  },
  {
    name: "a script link",
    next: "javascript:private",
    code: "foreign-origin",
    message: /"javascript:"/,
    requests: 1,
  },
  {
    name: "a link that is no URL",
    next: "http://[bad",
    code: "invalid-next-link",
    message: /not a URL/,
    requests: 1,
  },
];

for (const { name, next, code, message, requests: count, more } of broken) {
  Deno.test(`paginate() ends with "${code}" on ${name}`, async () => {
    const config = { paginator: "header_link", auth: { type: "bearer", token: "token-0123456789" } };
    await withClient(servePages({ "/x": { next }, ...more }), config, async ({ client, requests }) => {
      const error = await failure(read(client.paginate(client.request("/x"), { resource: "things" })));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(requests.length, count);
      assert.equal(error.at.resource, "things");
      assert.equal(error.at.page, count);
      assert.ok(!formatError(error).includes("private"));
    });
  });
}

Deno.test("paginate() ends a polling feed when the next link equals the request", async () => {
  const pages: Pages = {
    "/x": { next: "?a=1" },
    "/x?a=1": { next: "?a=2", records: [] },
    "/x?a=2": { next: "?a=2" },
  };
  const paginator = { type: "header_link", polls: true };
  await withClient(servePages(pages), { paginator }, async ({ client, base }) => {
    const read = await Array.fromAsync(client.paginate(client.request("/x")));
    assert.equal(read.length, 3);
    assert.equal(read[2]!.next, undefined);
    assert.equal(read[2]!.request.url, `${base}/x?a=2`);
  });
  const loop: Pages = { "/x": { next: "?a=1" }, "/x?a=1": { next: "/x" } };
  await withClient(servePages(loop), { paginator }, async ({ client }) => {
    assert.equal(
      (await failure(Array.fromAsync(client.paginate(client.request("/x"))))).code,
      "pagination-loop",
    );
  });
});

Deno.test("paginate() keeps a lowered page size for the rest of the walk", async () => {
  const retry = { shrink: { status: 500, param: "limit", min: 10 } };
  const asked: string[] = [];
  const handler: Handler = (request) => {
    const { search, searchParams } = new URL(request.url);
    asked.push(search);
    if (Number(searchParams.get("limit")) > 50) return json({}, { status: 500 });
    const next = Number(searchParams.get("after") ?? 0) + 1;
    const headers: HeadersInit = next < 3 ? { link: `<?after=${next}&limit=200>; rel="next"` } : {};
    return json([], { headers });
  };
  await withClient(handler, { paginator: "header_link", retry }, async ({ client }) => {
    const pages = await Array.fromAsync(client.paginate(client.request("/x", { params: { limit: 200 } })));
    assert.equal(pages.length, 3);
  });
  assert.deepEqual(asked, [
    "?limit=200",
    "?limit=100",
    "?limit=50",
    "?after=1&limit=50",
    "?after=2&limit=50",
  ]);
});

Deno.test("paginate() reads Link headers sent as separate lines", async () => {
  const server = createServer((request, response) => {
    const isFirst = request.url === "/x";
    response.setHeader("link", ['</x>; rel="self"', ...(isFirst ? ['</x?a=1,2>; rel="next"'] : [])]);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify([{ at: request.url }]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const client = new RestClient({ base_url, paginator: "header_link" }, { signal, emit() {} });
  try {
    assert.deepEqual(await read(client.paginate(client.request("x"))), ["/x", "/x?a=1,2"]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("paginate() says what each page was read with", async () => {
  const bodies = [{ meta: {}, rows: [{ at: 1 }] }, { meta: {}, other: [{ at: 2 }], rows: [{ at: 3 }] }];
  const handler: Handler = (_request, count) =>
    json(bodies[count - 1], { headers: count === 1 ? { link: '<?p=2>; rel="next"' } : {} });
  await withClient(handler, {}, async ({ client }) => {
    const pages = await Array.fromAsync(client.paginate(client.request("/x")));
    assert.deepEqual(pages.map(({ selector, records }) => [selector, records]), [
      ["rows", [{ at: 1 }]],
      ["rows", [{ at: 3 }]],
    ]);
    assert.deepEqual(pages.map(({ paginator }) => paginator.type), ["header_link", "header_link"]);
    assert.deepEqual(pages.map(({ repeated }) => repeated), [false, false]);
  });
});

Deno.test("paginate() decides where the records are on the first page that has a body", async () => {
  const handler: Handler = (_request, count) =>
    count === 1
      ? new Response(null, { status: 204, headers: { link: '<?p=2>; rel="next"' } })
      : json({ list: [{ at: 2 }] });
  await withClient(handler, { paginator: "header_link" }, async ({ client }) => {
    const pages = await Array.fromAsync(client.paginate(client.request("/x")));
    assert.deepEqual(pages.map(({ selector, records }) => [selector, records]), [
      ["$", []],
      ["list", [{ at: 2 }]],
    ]);
  });
});

Deno.test("paginate() takes the records at the given path, and refuses a path that is none", async () => {
  await withClient(
    () => json({ data: { rows: [{ at: 1 }] }, items: [{ at: 2 }] }),
    {},
    async ({ client }) => {
      const read_at = (dataSelector: string) => read(client.paginate(client.request("/x"), { dataSelector }));
      assert.deepEqual(await read_at("data.rows"), [1]);
      assert.deepEqual(await read_at("data.nothing"), []);
      assert.equal((await failure(read_at("data["))).code, "invalid-json-path");
    },
  );
});

Deno.test("paginate() takes a paginator that keeps its state in the request", async () => {
  const offset: Paginator = {
    type: "own_offset",
    first: (request) => ({ ...request, url: `${request.url}?offset=0` }),
    next: ({ request, records }) =>
      records.length
        ? { ...request, url: request.url.replace(/\d+$/, (n) => String(Number(n) + 2)) }
        : undefined,
  };
  const handler: Handler = (request) => {
    const at = Number(new URL(request.url).searchParams.get("offset"));
    return json(at < 4 ? [{ at }, { at: at + 1 }] : []);
  };
  await withClient(handler, {}, async ({ client }) => {
    const walk = () => client.paginate(client.request("/x"), { paginator: offset });
    // Two walks at once share the object.
    assert.deepEqual(await Promise.all([read(walk()), read(walk())]), [[0, 1, 2, 3], [0, 1, 2, 3]]);
  });
});

const endless: {
  name: string;
  code: string;
  message: RegExp;
  requests: number;
  answer: Handler;
  max?: number;
}[] = [
  {
    name: "links that never end",
    code: "pagination-endless",
    message: /5 pages were read/,
    requests: 5,
    max: 5,
    answer: (_request, count) => json([{ count }], { headers: { link: `<?p=${count}>; rel="next"` } }),
  },
  {
    name: "empty pages that never end",
    code: "pagination-endless",
    message: /1000 pages in a row were empty/,
    requests: 1000,
    answer: (_request, count) => json([], { headers: { link: `<?p=${count}>; rel="next"` } }),
  },
  {
    name: "one page again and again under new links",
    code: "pagination-loop",
    message: /the same page came 11 times in a row/,
    requests: 11,
    answer: (_request, count) => json([{ id: 1 }], { headers: { link: `<?p=${count}>; rel="next"` } }),
  },
];

for (const { name, code, message, requests: count, answer, max } of endless) {
  Deno.test(`paginate() ends with "${code}" on ${name}`, async () => {
    await withClient(answer, { paginator: "header_link", max_pages: max }, async ({ client, requests }) => {
      const error = await failure(read(client.paginate(client.request("/x"), { resource: "things" })));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(error.at.resource, "things");
      assert.equal(requests.length, count);
    });
  });
}

Deno.test("paginate() delivers pages up to the limit before it says that there are too many", async () => {
  const handler: Handler = (_request, count) =>
    json([{ at: count }], { headers: { link: `<?p=${count}>; rel="next"` } });
  await withClient(handler, { paginator: "header_link" }, async ({ client, requests }) => {
    const ats: unknown[] = [];
    const walk = async () => {
      const pages = client.paginate(client.request("/x"), { maxPages: 3, prefetch: true });
      for await (const page of pages) ats.push(...page.records.map(({ at }) => at));
    };
    assert.equal((await failure(walk())).code, "pagination-endless");
    assert.deepEqual(ats, [1, 2, 3]);
    assert.equal(requests.length, 3);
  });
});

Deno.test("paginate() puts up with empty and repeated pages as long as they end", async () => {
  const handler: Handler = (_request, count) =>
    json(count % 2 ? [{ id: 1 }] : [], { headers: count < 60 ? { link: `<?p=${count}>; rel="next"` } : {} });
  await withClient(handler, { paginator: "header_link" }, async ({ client }) => {
    assert.equal((await read(client.paginate(client.request("/x")))).length, 30);
  });
});
