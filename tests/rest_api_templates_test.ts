/**
 * What holds for all templates, all paths and all configurations, whatever is put into them.
 * @module
 */
import assert from "assert";
import fc from "property";
import { PathTemplate } from "../extract/definition/path_template.ts";
import { ABSENT, fill, fillJson, lookUpIn, parseTemplate } from "../extract/definition/placeholders.ts";
import { textOf } from "../extract/definition/python_format.ts";
import { resolveSource } from "../extract/definition/validate.ts";
import { ConfigError, ExtractError } from "../mod.ts";
import { type JsonValue, parseJson } from "../pipeline/json.ts";

const anyJson = fc.json().map((text) => parseJson(text));
const anyText = fc.string({ unit: "binary" });
const braced = fc.array(
  fc.constantFrom("{", "}", "{{", "}}", "[", "]", "'", ":", "!", "r", "resources.p.v", "x", " "),
)
  .map((parts) => parts.join(""));
const inRecord = (v: JsonValue) => lookUpIn({ parent: { name: "p", record: { v } } });
const doubled = (text: string) => text.replace(/[{}]/g, "$&$&");

Deno.test("fill() gives back any text whose braces are doubled", () => {
  fc.assert(fc.property(fc.oneof(anyText, braced), (text) => {
    const template = parseTemplate(doubled(text));
    assert.ok(template.every((part) => typeof part === "string"));
    assert.equal(fill(template, inRecord(1)), text);
  }));
});

Deno.test("fill() writes any value between any texts", () => {
  fc.assert(fc.property(anyText, anyJson, anyText, (before, value, after) => {
    const template = parseTemplate(`${doubled(before)}{resources.p.v}${doubled(after)}`);
    const expected = value === null ? ABSENT : before + textOf(value) + after;
    assert.equal(fill(template, inRecord(value)), expected);
  }));
});

Deno.test("fillJson() keeps any value as it is when the placeholder is alone", () => {
  fc.assert(fc.property(anyJson, (value) => {
    assert.equal(fillJson(parseTemplate("{resources.p.v}"), inRecord(value)), value);
    const text = fillJson(parseTemplate("{resources.p.v!s}"), inRecord(value));
    assert.equal(text, value === null ? ABSENT : textOf(value));
  }));
});

Deno.test("parseTemplate() refuses texts by a SyntaxError and nothing else", () => {
  fc.assert(fc.property(fc.oneof(anyText, braced), (text) => {
    try {
      parseTemplate(text);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
      assert.doesNotMatch(error.message, /\.$/);
    }
  }));
});

Deno.test("fill() writes any value by any format or says which placeholder it is", () => {
  const formats = fc.constantFrom(
    "",
    ":5",
    ":05d",
    ":.2f",
    ":>10",
    ":,",
    ":x",
    ":%",
    ":.3s",
    ":+e",
    ":c",
    ":=5",
    "!r",
    "!a:>9",
  );
  fc.assert(fc.property(anyJson, formats, (value, format) => {
    try {
      assert.ok(
        typeof fill(parseTemplate(`{resources.p.v${format}}`), inRecord(value)) !== "symbol" ||
          value === null,
      );
    } catch (error) {
      assert.ok(error instanceof ExtractError, String(error));
      assert.match(error.message, /^Cannot fill in \{resources\.p\.v\}: /);
    }
  }));
});

Deno.test("PathTemplate.fill() puts any value into one segment, from which it can be read again", () => {
  fc.assert(fc.property(anyText, (value) => {
    const template = new PathTemplate("a/x{resources.p.v}/b?q={resources.p.v}", {});
    const path = template.fill(inRecord(value));
    if (value === "") return assert.equal(path, undefined);
    const url = new URL(path!, "https://api.example.com/");
    const [, a, segment, b, ...more] = url.pathname.split("/");
    assert.deepEqual([a, b, more, url.hash], ["a", "b", [], ""]);
    assert.equal(decodeURIComponent(segment!), `x${value.toWellFormed()}`);
    assert.equal(url.searchParams.get("q"), value.toWellFormed());
  }));
});

Deno.test("PathTemplate.fill() never leads above or besides what the author wrote", () => {
  const parts = fc.array(fc.constantFrom(".", "..", "/", "%2e", "\\", "a", "?", "#"), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(parts, parts, (one, other) => {
    const record = { one: one.join(""), other: other.join("") };
    const template = new PathTemplate("base/{resources.p.one}{resources.p.other}/end", {});
    try {
      const path = template.fill(lookUpIn({ parent: { name: "p", record } }));
      assert.match(new URL(path!, "https://api.example.com/").pathname, /^\/base\/[^/]+\/end$/);
    } catch (error) {
      assert.ok(error instanceof ExtractError, String(error));
    }
  }));
});

/** Resolves a configuration that may be anything at all. */
function refusedOrNot(config: unknown): void {
  try {
    resolveSource(config as never, "source x");
  } catch (error) {
    assert.ok(error instanceof ConfigError, error instanceof Error ? error.stack : String(error));
    for (const line of error.message.split("\n").slice(1)) assert.match(line, /^ {2}\S/);
  }
}

const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, maxDepth: 3 });
const likely = fc.oneof(anything, braced, fc.constantFrom("GET", "a/{id}", "{resources.a.id}", null, [], {}));

Deno.test("resolveSource() answers anything with a ConfigError or a source", () => {
  fc.assert(fc.property(anything, refusedOrNot));
});

Deno.test("resolveSource() answers any values of known keys with a ConfigError or a source", () => {
  const endpoint = fc.record({
    path: likely,
    method: likely,
    params: fc.oneof(likely, fc.dictionary(fc.constantFrom("id", "x"), likely)),
    json: likely,
    data: likely,
    headers: fc.oneof(likely, fc.dictionary(fc.constantFrom("id", "x"), likely)),
    paginator: likely,
    auth: likely,
    data_selector: likely,
    incremental: fc.oneof(
      likely,
      fc.record({ cursor_path: likely, end_value: likely, initial_value: likely }),
    ),
    response_actions: likely,
  }, { requiredKeys: [] });
  const resource = fc.oneof(
    likely,
    fc.record({
      name: fc.oneof(likely, fc.constantFrom("a", "b")),
      endpoint: fc.oneof(endpoint, likely),
      records: likely,
      data_from: likely,
      include_from_parent: likely,
      columns: likely,
      processing_steps: likely,
      incremental: likely,
    }, { requiredKeys: ["name"] }),
  );
  const config = fc.record({
    client: fc.oneof(
      likely,
      fc.record({ base_url: fc.oneof(likely, fc.constant("https://api.example.com")) }),
    ),
    resource_defaults: fc.oneof(likely, fc.record({ endpoint })),
    resources: fc.oneof(likely, fc.array(resource, { maxLength: 3 })),
  });
  fc.assert(fc.property(config, refusedOrNot), { numRuns: 1000 });
  const headers = { ["__proto__"]: 0n };
  refusedOrNot({ client: {}, resource_defaults: { endpoint: { headers } }, resources: [] });
});
