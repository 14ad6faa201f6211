/**
 * Parsers of what servers and people write. Holds no tests.
 * @module
 */
import assert from "assert";
import { stringify as writeCsv } from "csv";
import fc from "property";
import { ConfigError } from "../../mod.ts";
import { canonicalJson, parseJson, stringifyJson } from "../../pipeline/json.ts";
import { jsonPath, jsonPathPlaces, normalizedPath } from "../../pipeline/json_path.ts";
import { parseToml } from "../../pipeline/toml_file.ts";
import { readBody } from "../../rest/body.ts";
import { detectPaginator } from "../../rest/detect.ts";
import { parseLinkHeader } from "../../rest/link_header.ts";
import { readBudget, readRetryAfter, readThrottle } from "../../rest/rate_headers.ts";
import { detectSelector, selectRecords } from "../../rest/select.ts";
import { ServerClock } from "../../rest/timer.ts";
import type { PageView } from "../../rest/types.ts";
import { JumpingTimer } from "../rest_harness_test.ts";
import { jsonText, mutated, oddText, orRefuses, type Target } from "./target.ts";

const LINK_TOKENS = [
  "<",
  ">",
  ";",
  ",",
  '"',
  "\\",
  "=",
  " ",
  "rel",
  "next",
  "prev",
  "rel=next",
  'rel="next"',
  "https://a.b/c?d=e,f",
];

const link: Target = {
  name: "link",
  holds: "a Link header of any text is read without an error, and links that were written are found again",
  property: () =>
    fc.property(
      oddText(LINK_TOKENS),
      fc.array(fc.tuple(fc.webUrl({ withQueryParameters: true }), fc.constantFrom("next", "prev", "last")), {
        maxLength: 4,
      }),
      (noise, written) => {
        for (const { target, rels } of parseLinkHeader(noise)) {
          assert.ok(noise.includes(target) && rels.every((rel) => rel === rel.toLowerCase()));
        }
        const text = written.map(([url, rel]) => `<${url}>; title="a, <b>; \\" c"; rel="${rel}"`).join(", ");
        assert.deepEqual(parseLinkHeader(text).map(({ target, rels }) => [target, ...rels]), written);
      },
    ),
};

const SECRET = "hunter2hunter2";
const TOML = `# settings
title = "text"
[sources.okta]
api_token = "${SECRET}"
numbers = [1, 2_000, 0x1F, 1e5, -inf]
at = 2026-01-02T03:04:05Z
"quoted key" = '''${SECRET}'''
inline = { a = 1, b.c = true }
[[list]]
x = 1
[[list]]
x = """
${SECRET}"""
`;

const toml: Target = {
  name: "toml",
  holds: "a file that is no TOML is an error with its line, and never with what the line holds",
  property: () =>
    fc.property(mutated(fc.constant(TOML)), (text) => {
      try {
        parseToml(text, "secrets.toml");
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.code, "toml-syntax");
        assert.ok((error.at.line ?? 0) >= 1 && error.at.line! <= text.split(/\r\n?|\n/).length + 1);
        const shown = error.message + error.next + String(error.cause ?? "");
        for (let at = 0; at + 4 <= SECRET.length; at++) {
          assert.ok(!shown.includes(SECRET.slice(at, at + 4)), shown);
        }
      }
    }),
};

const json: Target = {
  name: "json",
  holds:
    "JSON is accepted or refused as the platform does, and written again it is the same, digit for digit",
  property: () =>
    fc.property(mutated(jsonText()), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text));
        return;
      }
      const value = parseJson(text);
      const written = stringifyJson(value);
      // As texts, since a minus before a zero is lost.
      assert.equal(JSON.stringify(JSON.parse(written)), JSON.stringify(expected));
      assert.equal(canonicalJson(parseJson(written)), canonicalJson(value));
    }),
};

const path: Target = {
  name: "jsonpath",
  holds: "a JSON path is read or refused, and keys that were written as one are found",
  property: () =>
    fc.property(
      oddText(["$", ".", "[", "]", "'", '"', "*", "..", "?", "@", "(", ")", "a", "0", ":", "==", "-1", ","]),
      jsonText(),
      fc.array(oddText(), { minLength: 1, maxLength: 3 }),
      (text, document, keys) => {
        const value = parseJson(document);
        const read = orRefuses(() => jsonPath(text), /^invalid-json-path$/);
        if (read) {
          const all = read.all(value);
          assert.equal(read.first(value), all[0]);
          assert.equal(jsonPathPlaces(text, value).length, all.length);
        }
        const wrapped = keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), 7);
        assert.equal(jsonPath(normalizedPath(keys)).first(parseJson(JSON.stringify(wrapped))), 7);
      },
    ),
};

const NAMES = [
  "next",
  "data",
  "total",
  "pages",
  "total_pages",
  "cursor",
  "href",
  "url",
  "items",
  "has_more",
  "a",
];

const detection: Target = {
  name: "detection",
  holds: "paging is found out of any answer, and leads to a whole request, to the end, or to a clear error",
  property: () =>
    fc.property(
      jsonText(fc.oneof(fc.constantFrom(...NAMES), oddText())),
      fc.string({ maxLength: 20 }).filter((text) => !/[^\x20-\x7e]/.test(text)),
      (body, linkText) => {
        const value = parseJson(body);
        const selector = detectSelector(value);
        const bytes = new TextEncoder().encode(body);
        const headers = new Headers({ link: linkText });
        const response = { status: 200, headers, bytes, body: value, serverTime: 0 };
        const request = { method: "GET", url: "https://api.example/list?a=b", headers: {} };
        const page: PageView = {
          index: 0,
          request,
          response,
          records: selectRecords(value, selector),
          selector,
          repeated: false,
          // deno-lint-ignore no-explicit-any -- the fields of a page differ from version to version
        } as any;
        const found = detectPaginator(page);
        const next = orRefuses(
          () => (found.settle?.(page) ?? found).next(page),
          /^(?:invalid-|foreign-|pagination-|page-)/,
        );
        if (next) assert.ok(URL.canParse(next.url), next.url);
        found.doubt?.({ ...page, paginator: found, next });
      },
    ),
};

const headers: Target = {
  name: "headers",
  holds: "limits and times of any text become a wait that is finite and not negative, or none",
  property: () => {
    const number = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.bigInt().map(String));
    const date = fc.date({ noInvalidDate: true }).map((each) => each.toUTCString());
    const text = fc.oneof(
      number,
      date,
      fc.tuple(number, number).map((pair) => pair.join(", ")),
      oddText([",", "-", "1", "Mon, "]),
    )
      .filter((each) => !/[^\x20-\x7e]/.test(each));
    return fc.property(text, text, text, text, (retry, limit, remaining, reset) => {
      const given = new Headers({
        "retry-after": retry,
        "x-limit": limit,
        "x-remaining": remaining,
        "x-reset": reset,
      });
      const config = { limit_header: "x-limit", remaining_header: "x-remaining", reset_header: "x-reset" };
      const isWait = (ms: number | undefined) => ms === undefined || (Number.isFinite(ms) && ms >= 0);
      assert.ok(isWait(readRetryAfter(given, 1e12)), `retry-after ${retry}`);
      assert.ok(Object.values(readBudget(given, config, 1e12)).every(isWait));
      const clock = new ServerClock(new JumpingTimer());
      const throttle = readThrottle({ status: 429, headers: given }, config, {
        clock,
        serverTime: 1e12,
        refusals: 3,
      });
      if (throttle.reason === "rate-limit") assert.ok(isWait(throttle.waitMs), JSON.stringify(throttle));
    });
  },
};

const TYPES = [
  "application/json",
  "text/csv",
  "application/x-ndjson",
  "text/html",
  "",
  "application/json; charset=utf-16",
  "text/csv; charset=latin1",
  "text/plain",
];

const bodies: Target = {
  name: "bodies",
  holds:
    "a body of any bytes is read, or said what is wrong with it; what was read is stored as JSON that says the same",
  property: () =>
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        mutated(fc.array(jsonText(), { maxLength: 4 }).map((lines) => lines.join("\n"))).map((text) =>
          new TextEncoder().encode(text)
        ),
      ),
      fc.constantFrom(...TYPES),
      fc.constantFrom(undefined, "json" as const, "csv" as const, "ndjson" as const),
      fc.array(fc.array(oddText([",", '"', "\n"]), { minLength: 2, maxLength: 2 }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (bytes, type, format, rows) => {
        const answer = (body: Uint8Array) => ({
          status: 200,
          headers: new Headers({ "content-type": type }),
          bytes: body,
        });
        const read = await readBody(answer(bytes), format);
        if ("code" in read) assert.match(read.code, /^[a-z0-9-]+$/);
        else if (read.body !== undefined) {
          const stored = parseJson(new TextDecoder().decode(read.bytes), read.isPlain);
          assert.equal(canonicalJson(stored), canonicalJson(read.body));
        }
        const plain = rows.map((row) => row.map((cell) => `x${cell.toWellFormed()}`));
        const text = writeCsv([["a", "b"], ...plain]);
        const table = await readBody(
          { ...answer(new TextEncoder().encode(text)), headers: new Headers() },
          "csv",
        );
        assert.deepEqual("code" in table ? table : table.body, plain.map(([a, b]) => ({ a, b })));
      },
    ),
};

/** All of them. */
export const PARSERS: readonly Target[] = [link, toml, json, path, detection, headers, bodies];
