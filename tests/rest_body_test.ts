/**
 * Bodies of every kind against the client: what is parsed, what is kept as JSON bytes, and what is refused.
 * @module
 */
import assert from "assert";
import { gzipSync } from "node:zlib";
import fc from "property";
import { ExtractError, formatError } from "../pipeline/errors.ts";
import { Double, parseJson, stringifyJson } from "../pipeline/json.ts";
import { type BodyFormat, unpack } from "../rest/body.ts";
import { exchange } from "../rest/exchange.ts";
import { failure, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-body-0123456789";
const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, isLittle: boolean, mark = "\ufeff") =>
  new Uint8Array([...mark + text].flatMap((character) => {
    const code = character.charCodeAt(0);
    return isLittle ? [code & 255, code >> 8] : [code >> 8, code & 255];
  }));

interface Case {
  readonly name: string;
  readonly type?: string;
  readonly bytes: Uint8Array | string;
  readonly format?: BodyFormat;
  readonly headers?: Record<string, string>;
  readonly status?: number;
}

const answerOf = ({ type, bytes, headers, status }: Case) => () =>
  new Response(
    status === 204 || status === 205
      ? null
      : (typeof bytes === "string" ? utf8(bytes) : bytes) as Uint8Array<ArrayBuffer>,
    { status, headers: { ...(type === undefined ? {} : { "content-type": type }), ...headers } },
  );

const read: (Case & { body: unknown; stored?: string; isPlain?: boolean })[] = [
  { name: "JSON", type: "application/json", bytes: '{"a":1}', body: { a: 1 }, stored: '{"a":1}' },
  {
    name: "JSON with a byte order mark",
    type: "application/json",
    bytes: '\ufeff{"a":1}',
    body: { a: 1 },
    stored: '{"a":1}',
  },
  { name: "JSON called text", type: "text/plain", bytes: "[1]", body: [1] },
  { name: "JSON called nothing", bytes: "[1]", body: [1] },
  { name: "JSON called CSV, when told", type: "text/csv", bytes: "[1]", format: "json", body: [1] },
  { name: "JSON called HTML, when told", type: "text/html", bytes: "[1]", format: "json", body: [1] },
  {
    name: "JSON in latin1",
    type: "application/json; charset=ISO-8859-1",
    bytes: latin1('["é"]'),
    body: ["é"],
    stored: '["é"]',
  },
  {
    name: "JSON in a quoted charset",
    type: 'application/json; profile=x; charset="windows-1252"',
    bytes: new Uint8Array([0x22, 0x80, 0x22]),
    body: "€",
    stored: '"€"',
  },
  { name: "JSON in UTF-16 little endian", bytes: utf16('["é"]', true), body: ["é"], stored: '["é"]' },
  { name: "JSON in UTF-16 big endian", bytes: utf16('["é"]', false), body: ["é"], stored: '["é"]' },
  {
    name: "JSON in UTF-16 as the header says",
    type: "application/json; charset=utf-16le",
    bytes: utf16('["é"]', true, ""),
    body: ["é"],
    stored: '["é"]',
  },
  {
    name: "numbers with all their digits",
    type: "application/json",
    bytes: "[12345678901234567890,1.0]",
    body: [12345678901234567890n, new Double(1)],
    isPlain: false,
  },
  { name: "204", status: 204, bytes: "", body: undefined },
  { name: "205", status: 205, bytes: "", body: undefined },
  { name: "an empty body that is called nothing", bytes: "", body: undefined },
  {
    name: "NDJSON",
    type: "application/x-ndjson",
    bytes: '{"a":1}\n{"a":2}\n',
    body: [{ a: 1 }, { a: 2 }],
    stored: '[{"a":1},{"a":2}]',
  },
  ...["ndjson", "jsonl", "x-jsonl", "jsonlines", "x-jsonlines", "stream+json"].map((name) => ({
    name: `application/${name}`,
    type: `application/${name}; charset=utf-8`,
    bytes: "1\n2",
    body: [1, 2],
    isPlain: true,
  })),
  {
    name: "NDJSON with empty lines, Windows breaks and a mark",
    type: "application/x-ndjson",
    bytes: '\ufeff\r\n {"a":1} \r\n\r\n{"b":"x\\ny"}\r\n',
    body: [{ a: 1 }, { b: "x\ny" }],
    stored: '[{"a":1},{"b":"x\\ny"}]',
  },
  {
    name: "NDJSON with all digits",
    type: "application/x-ndjson",
    bytes: '{"a":12345678901234567890}\n{"a":1.50}\n{"a":2}',
    body: [{ a: 12345678901234567890n }, { a: 1.5 }, { a: 2 }],
    stored: '[{"a":12345678901234567890},{"a":1.50},{"a":2}]',
    isPlain: false,
  },
  { name: "NDJSON with nothing", type: "application/x-ndjson", bytes: "", body: [], stored: "[]" },
  {
    name: "NDJSON with empty lines only",
    type: "application/x-ndjson",
    bytes: "\n\n",
    body: [],
    stored: "[]",
  },
  {
    name: "NDJSON called text, when told",
    type: "text/plain",
    bytes: "1\n2",
    format: "ndjson",
    body: [1, 2],
  },
  {
    name: "CSV",
    type: "text/csv; charset=utf-8; header=present",
    bytes: "id,name\n007,Ann\n8,\n",
    body: [{ id: "007", name: "Ann" }, { id: "8", name: "" }],
    stored: '[{"id":"007","name":"Ann"},{"id":"8","name":""}]',
    isPlain: true,
  },
  {
    name: "CSV with all its odds",
    type: "text/csv",
    bytes: '\ufeff id ,"q,1"\r\n"a\r\nb","c""d"\r\n\r\n1e400,12345678901234567890\r\n',
    body: [{ id: "a\r\nb", "q,1": 'c"d' }, { id: "1e400", "q,1": "12345678901234567890" }],
    isPlain: true,
  },
  { name: "CSV in latin1", type: "text/csv; charset=latin1", bytes: latin1("né\nÿ"), body: [{ né: "ÿ" }] },
  { name: "CSV in UTF-16", type: "text/csv", bytes: utf16("a\né", true), body: [{ a: "é" }] },
  { name: "CSV with nothing", type: "text/csv", bytes: "", body: [], stored: "[]" },
  { name: "CSV with a header only", type: "text/csv", bytes: "a,b\n", body: [], stored: "[]" },
  {
    name: "CSV with a name that objects have",
    type: "text/csv",
    bytes: "__proto__,constructor\n1,2",
    body: [Object.fromEntries([["__proto__", "1"], ["constructor", "2"]])],
    stored: '[{"__proto__":"1","constructor":"2"}]',
  },
  { name: "CSV called HTML, when told", type: "text/html", bytes: "a\n1", format: "csv", body: [{ a: "1" }] },
  {
    name: "a gzip file of JSON",
    type: "application/gzip",
    bytes: gzipSync('[{"a":1}]'),
    body: [{ a: 1 }],
    stored: '[{"a":1}]',
  },
  {
    name: "a gzip file of several parts",
    type: "application/x-ndjson",
    bytes: new Uint8Array([...gzipSync("1\n"), ...gzipSync("2\n")]),
    body: [1, 2],
  },
  { name: "a gzip file of CSV, when told", bytes: gzipSync("a\n1"), format: "csv", body: [{ a: "1" }] },
  {
    name: "a body packed for the way",
    type: "application/json",
    bytes: gzipSync("[1]"),
    headers: { "content-encoding": "gzip" },
    body: [1],
  },
];

for (const { body, stored, isPlain, ...each } of read) {
  Deno.test(`send() reads ${each.name}`, async () => {
    await withClient(answerOf(each), {}, async ({ client, requests }) => {
      const response = await client.send(client.request("/x"), { format: each.format });
      assert.deepEqual(response.body, body);
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(response.bytes);
      if (stored !== undefined) assert.equal(text, stored);
      if (isPlain !== undefined) assert.equal(response.isPlain, isPlain);
      // What is stored reads back as what was seen.
      if (body !== undefined) {
        assert.deepEqual(parseJson(text), body);
        assert.deepEqual(parseJson(text, response.isPlain), body);
      }
      assert.equal(requests.length, 1);
    });
  });
}

const broken: (Case & { code: string; message: RegExp; tries?: number; next?: RegExp })[] = [
  {
    name: "a login page",
    type: "text/html",
    bytes: `<html>${CANARY}`,
    code: "not-json",
    message: /answered 200 with text\/html where JSON is required/,
    next: /login page/,
  },
  {
    name: "a login page in place of CSV",
    type: "text/csv",
    bytes: `\n<!DOCTYPE html><p>${CANARY}`,
    code: "not-json",
    message: /with HTML where CSV is required/,
  },
  {
    name: "a login page in place of NDJSON, when told",
    type: "text/html",
    format: "ndjson",
    bytes: `<html>${CANARY}`,
    code: "not-json",
    message: /with HTML where NDJSON is required/,
  },
  {
    name: "a login page in place of JSON, when told",
    type: "text/html",
    format: "json",
    bytes: `<html>${CANARY}`,
    code: "not-json",
    message: /with text\/html where JSON is required/,
  },
  {
    name: "text",
    type: "text/plain",
    bytes: `1\n{"a":"${CANARY}"}`,
    code: "not-json",
    message: /with text\/plain where JSON is required/,
    next: /set response_format/,
  },
  {
    name: "a line of NDJSON that is cut",
    type: "application/x-ndjson",
    bytes: `{"a":1}\n\n{"a":"${CANARY}`,
    code: "invalid-json",
    message: /line 3 of 3 is not valid JSON/,
    tries: 3,
  },
  {
    name: "NDJSON that is only valid when joined",
    type: "application/x-ndjson",
    bytes: '1\n2,3\n"a\nb"',
    code: "invalid-json",
    message: /line 2 of 4/,
    tries: 3,
  },
  {
    name: "a ragged line of CSV",
    type: "text/csv",
    bytes: `a,b\n1,2\n${CANARY},2,3\n`,
    code: "invalid-csv",
    message: /CSV line 3 has 3 values, another number than the header/,
  },
  {
    name: "two CSV columns of one name",
    type: "text/csv",
    bytes: `a,${CANARY},b,${CANARY}\n1,2,3,4`,
    code: "invalid-csv",
    message: /CSV columns 2 and 4 have the same name/,
  },
  {
    name: "CSV that ends in a quote",
    type: "text/csv",
    bytes: `a\n"${CANARY}`,
    code: "invalid-csv",
    message: /ends within a quoted value, it may be cut off/,
    tries: 3,
  },
  {
    name: "a wrong quote in CSV",
    type: "text/csv",
    bytes: `a\n"x"${CANARY}`,
    code: "invalid-csv",
    message: /CSV line 2 has a quote in a wrong place/,
  },
  {
    name: "an unknown charset",
    type: `application/json; charset=${CANARY}`,
    bytes: "[1]",
    code: "invalid-charset",
    message: /has a charset that is not known/,
  },
  {
    name: "text that is not of its charset",
    type: "text/csv",
    bytes: new Uint8Array([97, 10, 0xff]),
    code: "invalid-utf8",
    message: /body of 3 bytes is not valid UTF-8/,
    tries: 3,
  },
  {
    name: "a gzip file that is cut",
    type: "application/gzip",
    bytes: gzipSync(`["${CANARY}"]`).subarray(0, 20),
    code: "invalid-gzip",
    message: /body of 20 bytes is not valid gzip, it may be cut off/,
    tries: 3,
  },
];

for (const { code, message, tries = 1, next, ...each } of broken) {
  Deno.test(`send() gives up with "${code}" on ${each.name}`, async () => {
    await withClient(answerOf(each), { retry: { max_attempts: 3 } }, async ({ client, requests, events }) => {
      const sent = client.send(client.request("/x"), { format: each.format, resource: "things", page: 2 });
      const error = await failure(sent);
      assert.ok(error instanceof ExtractError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? "", next);
      assert.equal(error.at.page, 2);
      assert.equal(error.recovery, tries === 1 ? "abort" : "retry");
      assert.equal(requests.length, tries);
      assert.ok(!(Deno.inspect(error) + Deno.inspect(events, { depth: 9 })).includes(CANARY));
      assert.ok(!formatError(error).includes(CANARY));
    });
  });
}

Deno.test("unpack() stops at the limit, however small the body was", async () => {
  const bytes = gzipSync(new Uint8Array(1_000_000));
  const answer = { status: 200, headers: new Headers(), bytes };
  const { problem } = await unpack(answer, 999_999);
  assert.equal(problem?.code, "body-too-large");
  assert.equal(problem?.isTransient, false);
  assert.match(problem!.reason, /unpacks to more than 999999 bytes/);
  assert.equal((await unpack(answer, 1_000_000)).bytes.length, 1_000_000);
});

Deno.test("exchange() stops at the limit, also of a body that was packed for the way", async () => {
  const packed = gzipSync(new Uint8Array(1_000_000)) as Uint8Array<ArrayBuffer>;
  await withClient(
    () => new Response(packed, { headers: { "content-encoding": "gzip" } }),
    {},
    async ({ base }) => {
      const options = { timeoutMs: 10_000, signal: new AbortController().signal };
      await assert.rejects(exchange(base, {}, { ...options, maxBytes: 999_999 }), (error) => {
        assert.equal((error as { code?: string }).code, "body-too-large");
        return true;
      });
      assert.equal((await exchange(base, {}, { ...options, maxBytes: 1_000_000 })).bytes.length, 1_000_000);
    },
  );
});

for (
  const [what, head] of [
    ["says its length", "content-length: 11"],
    ["says a smaller length than its pieces have", "transfer-encoding: chunked\r\ncontent-length: 3"],
    ["says no length", "connection: close"],
  ] as const
) {
  Deno.test(`exchange() reads a body that ${what}, and stops at the limit`, async () => {
    const body = head.startsWith("transfer") ? "b\r\nhello world\r\n0\r\n\r\n" : "hello world";
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const serve = async () => {
      for (const _each of [1, 2]) {
        using connection = await listener.accept();
        await connection.read(new Uint8Array(2000));
        await connection.write(new TextEncoder().encode(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`));
      }
    };
    const served = serve();
    const url = `http://127.0.0.1:${listener.addr.port}/`;
    const options = { timeoutMs: 10_000, signal: new AbortController().signal };
    assert.equal(decoded(await exchange(url, {}, { ...options, maxBytes: 11 })), "hello world");
    await assert.rejects(exchange(url, {}, { ...options, maxBytes: 10 }), { code: "body-too-large" });
    await served;
  });
}

const decoded = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes);

const accepts: { format?: BodyFormat; headers?: Record<string, string>; accept: RegExp }[] = [
  { accept: /^application\/json$/ },
  { format: "csv", accept: /^text\/csv,/ },
  { format: "ndjson", accept: /^application\/x-ndjson,/ },
  { format: "csv", headers: { Accept: "text/x-own" }, accept: /^text\/x-own$/ },
];

for (const { format, headers, accept } of accepts) {
  Deno.test(`send() asks for ${accept.source} ${headers ? "as the request says" : ""}`, async () => {
    await withClient(() => new Response("1"), {}, async ({ client, requests }) => {
      await client.send(client.request("/x", { headers }), { format });
      assert.match(requests[0]!.headers.get("accept")!, accept);
    });
  });
}

Deno.test("send() keeps any lines of NDJSON digit for digit", async () => {
  const lines = fc.array(fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => stringifyJson(new Double(value))),
  ));
  let bytes = new Uint8Array();
  await withClient(
    () => new Response(bytes, { headers: { "content-type": "application/jsonl" } }),
    {},
    async ({ client }) => {
      await fc.assert(fc.asyncProperty(lines, async (texts) => {
        bytes = utf8(texts.join("\n"));
        const response = await client.send(client.request("/x"));
        assert.equal(new TextDecoder().decode(response.bytes), `[${texts.join(",")}]`);
        assert.deepEqual(response.body, texts.map((text) => parseJson(text)));
      }));
    },
  );
});

Deno.test("send() reads any table back from CSV", async () => {
  const cell = fc.string().map((text) => text.replace(/^\ufeff/, ""));
  const table = fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,8}$/), { minLength: 2, maxLength: 6 }).chain((
    names,
  ) => fc.array(fc.tuple(...names.map(() => cell))).map((rows) => ({ names, rows })));
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  let bytes = new Uint8Array();
  await withClient(
    () => new Response(bytes, { headers: { "content-type": "text/csv" } }),
    {},
    async ({ client }) => {
      await fc.assert(fc.asyncProperty(table, async ({ names, rows }) => {
        bytes = utf8([names, ...rows].map((row) => row.map(quote).join(",")).join("\n"));
        const { body } = await client.send(client.request("/x"));
        assert.deepEqual(
          body,
          rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
        );
      }));
    },
  );
});
