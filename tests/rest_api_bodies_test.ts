/**
 * Bodies of answers on their way into tables: empty ones, other formats and encodings, and numbers digit by
 * digit.
 * @module
 */
import assert from "assert";
import { gzipSync } from "node:zlib";
import { failure, type Row, withApi } from "./rest_api_scene.ts";

const CLIENT = { retry: { max_attempts: 1 } };
const bytes = (text: string) => new TextEncoder().encode(text);
const body = (content: BodyInit | null, type?: string, status = 200) => () =>
  new Response(content, { status, headers: type ? { "content-type": type } : {} });
const JSON_TYPE = "application/json";

/** Name, answer, more of the endpoint, rows; rows of none make no table. */
const BODIES: [string, () => Response, object, Row[]][] = [
  ["204", body(null, undefined, 204), {}, []],
  ["200 without a body or a type", body(null), {}, []],
  ["an empty list", body("[]", JSON_TYPE), {}, []],
  ["null", body("null", JSON_TYPE), {}, []],
  ["a selector that finds null", body('{"data":null}', JSON_TYPE), { data_selector: "data" }, []],
  ["a selector that finds nothing", body('{"other":[1]}', JSON_TYPE), { data_selector: "data" }, []],
  ["one object", body('{"id":1}', JSON_TYPE), {}, [{ id: 1 }]],
  ["scalars", body("[1,2]", JSON_TYPE), {}, [{ value: 1 }, { value: 2 }]],
  ["one scalar", body("5", JSON_TYPE), {}, [{ value: 5 }]],
  ["several matches, as they are", body('{"a":[{"id":[1]},{"id":[2]}]}', JSON_TYPE), {
    data_selector: "a[*].id[*]",
  }, [
    { value: 1 },
    { value: 2 },
  ]],
  ["lines of JSON", body('{"id":1}\n\n{"id":2}\n', "application/x-ndjson"), {}, [{ id: 1 }, { id: 2 }]],
  ["lines of JSON that are called text", body('{"id":1}\n{"id":2}', "text/plain"), {
    response_format: "ndjson",
  }, [
    { id: 1 },
    { id: 2 },
  ]],
  ["a table", body('id,name\r\n1,"a, b"\r\n2,\r\n', "text/csv; charset=utf-8"), {}, [
    { id: "1", name: "a, b" },
    { id: "2", name: "" },
  ]],
  ["a gzip file", body(gzipSync('[{"id":1}]') as BodyInit, "application/gzip"), {}, [{ id: 1 }]],
  [
    "a body packed on the way",
    () =>
      new Response(gzipSync('[{"id":1}]') as BodyInit, {
        headers: { "content-encoding": "gzip", "content-type": JSON_TYPE },
      }),
    {},
    [{ id: 1 }],
  ],
  ["a byte order mark", body(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes('[{"id":"ä"}]')]), JSON_TYPE), {}, [
    { id: "ä" },
  ]],
  [
    "latin1 that is announced",
    body(
      new Uint8Array([...bytes('[{"id":"'), 0xe4, ...bytes('"}]')]),
      "application/json; charset=iso-8859-1",
    ),
    {},
    [{ id: "ä" }],
  ],
  [
    "UTF-16",
    body(
      new Uint8Array([
        0xff,
        0xfe,
        ...[...'[{"id":"€"}]'].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]),
      ]),
      JSON_TYPE,
    ),
    {},
    [{ id: "€" }],
  ],
  ["JSON that is called text", body('[{"id":1}]', "text/plain"), {}, [{ id: 1 }]],
];

for (const [name, answer, endpoint, rows] of BODIES) {
  Deno.test(`run loads ${name}`, async () => {
    await withApi(answer, async (api) => {
      const { tables } = await api.load({ client: CLIENT, resources: [{ name: "items", endpoint }] });
      assert.deepEqual(tables.items ?? [], rows);
    });
  });
}

Deno.test("run makes a row of an empty object, without columns of its own", async () => {
  await withApi({ "/items": {} }, async (api) => {
    const { tables, info } = await api.load({ client: CLIENT, resources: ["items"] });
    assert.deepEqual(tables.items, [{}]);
    assert.equal(info.loadPackages[0]!.rows.items, 1);
  });
});

const NUMBERS = '[{"big":9007199254740993,"huge":123456789012345678901234567890,"whole":1.0,"half":0.5,' +
  '"price":"12345678901234567890.123456789"}]';

/** The ways that records can take; none may cost a digit. */
const WAYS: [string, object][] = [
  ["as it came", {}],
  ["through steps", { processing_steps: [{ map: (item: Row) => ({ ...item }) }] }],
  ["with a cursor", { incremental: { cursor_path: "big" } }],
  ["into a table that it chose", { table_name: () => "items" }],
  ["with a field of its parent", { include_from_parent: { parent_big: "big" } }],
];

for (const [name, more] of WAYS) {
  Deno.test(`run keeps every digit of a record ${name}`, async () => {
    await withApi(
      (request) =>
        request.path === "/parents" ? new Response('[{"big":9007199254740995}]') : new Response(NUMBERS),
      async (api) => {
        const isChild = "include_from_parent" in more;
        const endpoint = isChild ? "parents/{resources.parents.big}/items" : "items";
        const columns = { price: { data_type: "decimal", precision: 38, scale: 9 } };
        const { tables } = await api.load({
          client: CLIENT,
          resources: ["parents", {
            name: "items",
            columns,
            endpoint: { path: endpoint, data_selector: "$" },
            ...more,
          }],
        });
        assert.deepEqual(tables.items, [{
          big: 9007199254740993n,
          huge: "123456789012345678901234567890",
          whole: 1,
          half: 0.5,
          price: "12345678901234567890.123456789",
          ...(isChild && { parent_big: 9007199254740995n }),
        }]);
        if (isChild) assert.ok(api.lines().includes("GET /parents/9007199254740995/items"));
      },
    );
  });
}

Deno.test("run drops many records of one page by its cursor and keeps the rest", async () => {
  const many = Array.from({ length: 30_000 }, (_, id) => ({ id, at: id % 2 ? 1 : 9 }));
  await withApi({ "/items": many }, async (api) => {
    const incremental = { cursor_path: "at", initial_value: 5 };
    const { info } = await api.load({
      client: CLIENT,
      resources: [{ name: "items", endpoint: { incremental } }],
    });
    assert.equal(info.loadPackages[0]!.rows.items, 15_000);
  });
});

const BROKEN: [string, () => Response, string][] = [
  ["HTML", body("<html>sign in</html>", "text/html"), "not-json"],
  ["JSON that is cut off", body('[{"id":1},', JSON_TYPE), "invalid-json"],
  ["an empty body that was announced as JSON", body("", JSON_TYPE), "truncated"],
  ["text that is no UTF-8", body(new Uint8Array([91, 34, 0xe4, 34, 93]), JSON_TYPE), "invalid-utf8"],
  ["a line that is no JSON", body('{"id":1}\n{"id"', "application/x-ndjson"), "invalid-json"],
  ["gzip that is cut off", body(gzipSync('[{"id":1}]').subarray(0, 12) as BodyInit), "invalid-gzip"],
  ["a charset that nobody knows", body("[]", "application/json; charset=klingon"), "invalid-charset"],
];

for (const [name, answer, code] of BROKEN) {
  Deno.test(`run refuses ${name} and shows nothing of it`, async () => {
    await withApi(answer, async (api) => {
      const error = await failure(api.load({ client: CLIENT, resources: ["items"] }));
      assert.equal(error.code, code);
      assert.equal(error.at.resource, "items");
      assert.doesNotMatch(error.message, /sign in|"id"|klingon/);
    });
  });
}
