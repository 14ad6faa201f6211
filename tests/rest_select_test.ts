/**
 * Finding the records of a body: what a selector's matches become, and which selector is chosen by itself.
 * @module
 */
import assert from "assert";
import { type JsonValue, parseJson, stringifyJson } from "../pipeline/json.ts";
import { detectSelector, selectRecords } from "../rest/select.ts";

const selections: { body: JsonValue; selector?: string; records: unknown[] }[] = [
  { body: { d: [{ id: 1 }, { id: 2 }] }, selector: "d", records: [{ id: 1 }, { id: 2 }] },
  { body: { d: [{ id: 1 }, { id: 2 }] }, selector: "d[0]", records: [{ id: 1 }] },
  { body: { d: [{ id: 1 }] }, selector: "d[*]", records: [{ id: 1 }] },
  {
    body: { d: [{ t: ["a", "b"] }, { t: ["c"] }] },
    selector: "d[*].t[*]",
    records: [{ value: "a" }, { value: "b" }, { value: "c" }],
  },
  {
    body: { d: [{ t: ["a", "b"] }, { t: ["c"] }] },
    selector: "d[*].t",
    records: [{ value: ["a", "b"] }, { value: ["c"] }],
  },
  { body: { d: [{ t: ["a", "b"] }] }, selector: "d[*].t", records: [{ value: "a" }, { value: "b" }] },
  { body: { d: [[1, 2]] }, selector: "d[*]", records: [{ value: 1 }, { value: 2 }] },
  { body: { o: { k: 1 } }, selector: "o", records: [{ k: 1 }] },
  { body: { o: { k: 1 } }, selector: "o.k", records: [{ value: 1 }] },
  { body: { n: null }, selector: "n", records: [] },
  { body: { n: null }, selector: "zzz", records: [] },
  {
    body: { a: [{ id: 1 }], b: [{ id: 2 }] },
    selector: "a | b",
    records: [{ value: [{ id: 1 }] }, { value: [{ id: 2 }] }],
  },
  { body: { a: [{ id: 1 }], b: [{ id: 2 }] }, selector: "a[*] | b[*]", records: [{ id: 1 }, { id: 2 }] },
  {
    body: { list: [null, { id: 1 }, 2] },
    selector: "list",
    records: [{ value: null }, { id: 1 }, { value: 2 }],
  },
  { body: [{ id: 1 }], records: [{ id: 1 }] },
  { body: { id: 1 }, records: [{ id: 1 }] },
  { body: {}, records: [{}] },
  { body: [], records: [] },
  { body: null, records: [] },
  { body: "text", records: [{ value: "text" }] },
  { body: false, records: [{ value: false }] },
];

for (const { body, selector, records } of selections) {
  Deno.test(`selectRecords(${JSON.stringify(body)}, ${selector ?? "the body itself"}) gives ${records.length}`, () => {
    assert.deepEqual(selectRecords(body, selector), records);
  });
}

Deno.test("selectRecords() gives nothing without a body, and the same records again from the same text", () => {
  assert.deepEqual(selectRecords(undefined), []);
  const text = '{"rows": [{"id": 12345678901234567890}, {"id": 1.0}, {"id": null}]}';
  const first = selectRecords(parseJson(text), "rows[?@.id != null]");
  assert.equal(stringifyJson(first), '[{"id":12345678901234567890},{"id":1.0}]');
  assert.deepEqual(selectRecords(parseJson(text), "rows[?@.id != null]"), first);
});

const detections: { body: JsonValue; selector: string }[] = [
  { body: [{ id: 1 }], selector: "$" },
  { body: { id: 5, data: [{ z: 1 }] }, selector: "data" },
  { body: { data: [], errors: [1] }, selector: "data" },
  { body: { errors: [1], data: [2] }, selector: "data" },
  { body: { meta: { errors: [1] }, response: { users: { list: [1] } } }, selector: "meta.errors" },
  { body: { a: [1], response: { items: [2] } }, selector: "response.items" },
  { body: { id: 1, tags: ["x"] }, selector: "tags" },
  { body: { id: 1, v: { w: 2 } }, selector: "$" },
  { body: { a: { b: { c: { items: [1] } } } }, selector: "$" },
  { body: { a: { b: { items: [1] } }, z: [2] }, selector: "a.b.items" },
  { body: { a: { b: { other: [1] } }, z: [2] }, selector: "a.b.other" },
  { body: { Data: [1], x: [2] }, selector: "Data" },
  { body: { x: [2], Data: [1] }, selector: "x" },
  { body: { x: [{ items: [1] }] }, selector: "x" },
  { body: { items: { values: [1] }, data: [2] }, selector: "items.values" },
  { body: { "@odata.context": "c", value: [1] }, selector: "value" },
  { body: { "odata.rows": { "the list": [1] } }, selector: "['odata.rows']['the list']" },
  { body: { data: null }, selector: "$" },
  { body: {}, selector: "$" },
  { body: null, selector: "$" },
  { body: "text", selector: "$" },
];

for (const { body, selector } of detections) {
  Deno.test(`detectSelector(${JSON.stringify(body)}) is ${selector}`, () => {
    assert.equal(detectSelector(body), selector);
    assert.ok(Array.isArray(selectRecords(body, selector)));
  });
}

for (
  const name of [
    "data",
    "items",
    "results",
    "entries",
    "records",
    "rows",
    "entities",
    "payload",
    "content",
    "objects",
    "values",
  ]
) {
  Deno.test(`detectSelector() prefers a list called "${name}"`, () => {
    assert.equal(detectSelector({ warnings: [1], deep: { [name]: [2] } }), `deep.${name}`);
  });
}
