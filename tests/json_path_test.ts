/**
 * JSON paths: the standard, dlt's short forms, numbers that JSON.parse cannot hold, and what is no path.
 * @module
 */
import assert from "assert";
import fc from "property";
import { compile, type JSONValue } from "jsonpath";
import { ConfigError } from "../pipeline/errors.ts";
import { Double, type JsonValue, parseJson } from "../pipeline/json.ts";
import { jsonPath, normalizedPath } from "../pipeline/json_path.ts";

const document: JsonValue = {
  a: {
    b: 1,
    list: [{ n: 1, id: "x" }, { n: 2, id: "y", tags: ["p", "q"] }, { n: 3, id: "z", "user name": "Ann" }],
    "c-d": { e: 2 },
    $ref: "r",
  },
  "@odata.nextLink": "/next",
  "next-page": "/n",
  "a b": { c: 4 },
  "übung": { "0": "zero" },
  "it's": 5,
  'say "hi"': 6,
  "back\\slash": 7,
  id: 9,
  n: null,
  empty: [],
};

const matches: { path: string; all: unknown[]; simple?: boolean }[] = [
  { path: "a.b", all: [1], simple: true },
  { path: "$.a.b", all: [1], simple: true },
  { path: "$['a']['b']", all: [1], simple: true },
  { path: ".a.b", all: [1], simple: true },
  { path: " a . b ", all: [1], simple: true },
  { path: "a['b']", all: [1], simple: true },
  { path: "a[b]", all: [1], simple: true },
  { path: "a.c-d.e", all: [2], simple: true },
  { path: "a.$ref", all: ["r"], simple: true },
  { path: "next-page", all: ["/n"], simple: true },
  { path: "['next-page']", all: ["/n"], simple: true },
  { path: "['@odata.nextLink']", all: ["/next"], simple: true },
  { path: "'@odata.nextLink'", all: ["/next"], simple: true },
  { path: '"a b".c', all: [4], simple: true },
  { path: "$.'a b'.c", all: [4], simple: true },
  { path: "a b.c", all: [4], simple: true },
  { path: "übung.0", all: ["zero"], simple: true },
  { path: "it's", all: [5], simple: true },
  { path: "['it\\'s']", all: [5], simple: true },
  { path: "['say \"hi\"']", all: [6], simple: true },
  { path: "['back\\\\slash']", all: [7], simple: true },
  { path: "$", all: [document], simple: true },
  { path: "n", all: [null], simple: true },
  { path: "a.missing", all: [], simple: true },
  { path: "a.b.c", all: [], simple: true },
  { path: "a.list.n", all: [], simple: true },
  { path: "a.toString", all: [], simple: true },
  { path: "__proto__", all: [], simple: true },
  { path: "a.list[0].n", all: [1] },
  { path: "a.list.[0].n", all: [1] },
  { path: "a.list[-1].n", all: [3] },
  { path: "a.list[7].n", all: [] },
  { path: "a.list[*].n", all: [1, 2, 3] },
  { path: "$.a.list.[*].n", all: [1, 2, 3] },
  { path: "a.list.*.n", all: [1, 2, 3] },
  { path: "a.list[0,2].n", all: [1, 3] },
  { path: "a.list[1:].n", all: [2, 3] },
  { path: "a.list[::-1].n", all: [3, 2, 1] },
  { path: "a.list[*].tags[*]", all: ["p", "q"] },
  { path: "a.list[*]['n','id']", all: [1, "x", 2, "y", 3, "z"] },
  { path: "a.list[2].n,id", all: [3, "z"] },
  { path: "$..id", all: [9, "x", "y", "z"] },
  { path: "..id", all: [9, "x", "y", "z"] },
  { path: "a..id", all: ["x", "y", "z"] },
  { path: "a..'user name'", all: ["Ann"] },
  { path: "a.list[?(@.n > 1)].n", all: [2, 3] },
  { path: "a.list[?@.n > 1].n", all: [2, 3] },
  { path: "a.list[?(n > 1)].n", all: [2, 3] },
  { path: "a.list[?(@n > 1)].n", all: [2, 3] },
  { path: "a.list[?(@.n = 2)].n", all: [2] },
  { path: "a.list[?(@.n >= 2 & @.n < 3)].n", all: [2] },
  { path: "a.list[?(@.n = 1 | @.n = 3)].n", all: [1, 3] },
  { path: "a.list[?(@.n > 0.5 && @.n < 2.5)].n", all: [1, 2] },
  { path: "a.list[?(@.n > 0.05e1)].n", all: [1, 2, 3] },
  { path: "a.list[?(@.tags)].n", all: [2] },
  { path: "a.list[?(!@.tags)].n", all: [1, 3] },
  { path: "a.list[?(@['user name'] == 'Ann')].n", all: [3] },
  { path: "a.list[?(@.'user name' = \"Ann\")].n", all: [3] },
  { path: "a.list[?(length(@.tags) = 2)].n", all: [2] },
  { path: "a.list[?match(@.id, '[xy]')].n", all: [1, 2] },
  { path: "a.list[?(search(@.id, 'z') & n = 3)].n", all: [3] },
  { path: "a.list[?(@.n > $.a.b)].n", all: [2, 3] },
  { path: "a.list[?count(@.*) == 3].n", all: [2, 3] },
  { path: "a.list[?value(@..tags[0]) == 'p'].n", all: [2] },
  { path: "a.list[?length(@.id) <= 1 && !(@.n == 2)].n", all: [1, 3] },
  { path: "$.*.list[?(@.n == 2)].id", all: ["y"] },
  { path: "a.b | id", all: [1, 9] },
  { path: "a.b|id|missing", all: [1, 9] },
  { path: "a.list[?(@.id = 'a|b')] | id", all: [9] },
  { path: "a.`this`.b", all: [1], simple: true },
];

for (const { path, all, simple = false } of matches) {
  Deno.test(`jsonPath(${JSON.stringify(path)}) finds ${all.length} values`, () => {
    const compiled = jsonPath(path);
    assert.deepEqual(compiled.all(document), all);
    assert.deepEqual(compiled.first(document), all[0]);
    assert.equal(compiled.simple, simple);
    assert.equal(compiled.text, path);
    assert.deepEqual(compiled.all(undefined), []);
  });
}

const wrong: { path: string; reason: RegExp; position: number; next?: RegExp }[] = [
  { path: "", reason: /a name is missing/, position: 1 },
  { path: "a.", reason: /a name is missing/, position: 3 },
  { path: "a..", reason: /a name is missing/, position: 4 },
  { path: "a...b", reason: /"\." is not expected/, position: 4 },
  { path: "a[", reason: /"\[" is not closed/, position: 2 },
  { path: "a[]", reason: /nothing stands between/, position: 3 },
  { path: "a]", reason: /"]" is not expected/, position: 2 },
  { path: "a[0", reason: /"\[" is not closed/, position: 2 },
  { path: "a[1.5]", reason: /neither an index nor a name/, position: 3 },
  { path: "a[01]", reason: /leading zero/, position: 3 },
  { path: "a['b", reason: /quote is not closed/, position: 3 },
  { path: "'a'b", reason: /"b" is not expected/, position: 4 },
  { path: "a*", reason: /"\*" is not expected/, position: 2 },
  { path: "a||b", reason: /"\|" is not expected/, position: 3 },
  { path: "a|", reason: /a name is missing/, position: 3 },
  { path: "$data", reason: /neither a path nor a plain name/, position: 1, next: /"\$\.data".*\['\$data'\]/ },
  { path: "a where b", reason: /operator "where" is not supported/, position: 1 },
  { path: "a.`len`", reason: /operator `len` is not supported/, position: 3 },
  { path: "a[(@.length-1)]", reason: /script expressions are not supported/, position: 3, next: /\[-1\]/ },
  { path: "a[\\b]", reason: /operator "\\" is not supported/, position: 3 },
  { path: "(a|b).c", reason: /parentheses/, position: 1 },
  { path: "a[?(@.n > )]", reason: /unexpected "\)"/, position: 11 },
  { path: "a[?(@.n > 1]", reason: /./, position: 1 },
  { path: "a[?'x']", reason: /must be compared/, position: 5 },
  { path: "a[?nosuch(@.n)]", reason: /no such function "nosuch"/, position: 4 },
  { path: "a[?@.n =~ 'x']", reason: /operator "=~" is not supported/, position: 8, next: /search\(/ },
  { path: "a[?@.n == True]", reason: /"True" is not a value/, position: 11, next: /"true"/ },
  { path: "[".repeat(9000), reason: /./, position: 0 },
  { path: `a${"[?(@".repeat(20_000)}`, reason: /./, position: 0 },
];

for (const { path, reason, position, next } of wrong) {
  Deno.test(`jsonPath(${JSON.stringify(path.slice(0, 40))}) says what is wrong`, () => {
    assert.throws(() => jsonPath(path), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "invalid-json-path");
      assert.ok(error.message.startsWith(`Cannot use JSON path "${path.slice(0, 40)}`));
      assert.match(error.message, reason);
      if (position > 1) assert.match(error.message, new RegExp(`at position ${position}$`));
      assert.match(error.next ?? "", next ?? /./);
      return true;
    });
  });
}

Deno.test("jsonPath() compares numbers by value and returns them as they are", () => {
  const rows = parseJson(
    '[{"n": 9007199254740993}, {"n": 9007199254740992}, {"n": 2.0}, {"n": 2}, {"n": 2.5}, {"n": "2"}]',
  );
  const found = (filter: string) => jsonPath(`[?(${filter})].n`).all(rows);
  assert.deepEqual(found("@.n == 9007199254740993"), [9007199254740993n]);
  assert.deepEqual(found("@.n == 2"), [new Double(2), 2]);
  assert.deepEqual(found("@.n == 2.0"), [new Double(2), 2]);
  assert.deepEqual(found("@.n > 2.1"), [9007199254740993n, 9007199254740992n, 2.5]);
  assert.deepEqual(found("@.n <= 2"), [new Double(2), 2]);
  assert.deepEqual(found("@.n == '2'"), ["2"]);
  assert.deepEqual(found("@.n != 2").length, 4);
  assert.deepEqual(
    jsonPath("$[?@ == $[0]]").all(parseJson('[{"a": [1.0]}, {"a": [1]}, {"a": [2]}]')).length,
    2,
  );
});

Deno.test("jsonPath() takes `$` in a nested filter for the whole document", () => {
  const value = { min: 2, groups: [{ rows: [{ n: 1 }] }, { rows: [{ n: 3 }] }] };
  assert.deepEqual(jsonPath("groups[?@.rows[?@.n > $.min]].rows[*].n").all(value), [3]);
});

Deno.test("jsonPath() neither overflows on long lists nor on deep ones", () => {
  const long = Array.from({ length: 300_000 }, (_, id) => ({ id }));
  assert.equal(jsonPath("[*].id").all(long).length, 300_000);
  assert.equal(jsonPath("$..id").all(long).length, 300_000);
  const deep = parseJson(`${'{"a":['.repeat(50_000)}{"id":1}${"]}".repeat(50_000)}`);
  assert.deepEqual(jsonPath("$..id").all(deep), [1]);
  assert.deepEqual(jsonPath("$..[?@.id == 1].id").all(deep), [1]);
  assert.equal(jsonPath("[?@ == $[1]]").all([deep, deep]).length, 2);
});

Deno.test("jsonPath() answers for as many paths as there are", () => {
  for (let index = 0; index < 3000; index++) {
    assert.equal(jsonPath(`k${index}[0]`).first({ [`k${index}`]: [index] }), index);
  }
});

const key = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom("'", '"', "\\", ".", "[", "]", "$", "@", "-", "|", "a", " ", "\n", "\u0000", "é"),
  }),
  fc.constantFrom("__proto__", "constructor", "0", "-1", "*", "a b"),
);

Deno.test("normalizedPath() writes a path that leads to the same keys, whatever they are", () => {
  fc.assert(fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (keys, leaf) => {
    const value = keys.reduceRight<unknown>(
      (inner, name) => Object.defineProperty({}, name, { value: inner, enumerable: true }),
      leaf,
    ) as JsonValue;
    const path = jsonPath(normalizedPath(keys));
    assert.deepEqual(path.keys, keys);
    assert.deepEqual(path.all(value), [leaf]);
    // deno-lint-ignore no-control-regex
    const isForLibrary = keys.every((name) => name.isWellFormed() && !/[\u0000-\u001f]/.test(name));
    if (isForLibrary) {
      const standard = `$${keys.map((name) => `[${JSON.stringify(name)}]`).join("")}`;
      assert.deepEqual(path.all(value), compile(standard).query(value as JSONValue).values());
    }
  }));
});

Deno.test("normalizedPath() stays readable", () => {
  assert.equal(normalizedPath([]), "$");
  assert.equal(normalizedPath(["meta", "next_url"]), "meta.next_url");
  assert.equal(normalizedPath(["next-page"]), "next-page");
  assert.equal(normalizedPath(["a", "@odata.nextLink", "b"]), "a['@odata.nextLink'].b");
});

Deno.test("jsonPath() finds what the library finds", () => {
  const segment = fc.constantFrom(
    ".a",
    ".b",
    "[0]",
    "[-1]",
    "[*]",
    "..a",
    "..[*]",
    "[?@.a]",
    "[?@.a > 0]",
    "[0:2]",
    "['a',0]",
  );
  const path = fc.array(segment, { maxLength: 4 }).map((segments) => `$${segments.join("")}`);
  const value = fc.letrec<{ value: JSONValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer({ min: -2, max: 2 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
    ),
  })).value;
  fc.assert(fc.property(path, value, (path, value) => {
    assert.deepEqual(jsonPath(path).all(value as JsonValue), compile(path).query(value).values());
  }));
});

Deno.test("jsonPath() takes any text, or says why not", () => {
  const unit = fc.constantFrom(
    "$",
    ".",
    "[",
    "]",
    "?",
    "@",
    "(",
    ")",
    "'",
    '"',
    "*",
    "|",
    "&",
    "=",
    ",",
    ":",
    "-",
    "1",
    "a",
    " ",
    "`",
    "\\",
    "!",
    "<",
  );
  fc.assert(fc.property(fc.string({ unit, maxLength: 16 }), (text) => {
    try {
      jsonPath(text).all(document);
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      assert.equal(error.code, "invalid-json-path");
    }
  }));
});
