/** The snake_case convention, by dlt's own answers. @module */
import assert from "assert";
import property from "property";
import { Naming } from "../mod.ts";

// Recorded from dlt 1.26.0: raw key → column.
const COLUMNS: readonly (readonly [string, string])[] = [
  ["userId", "user_id"],
  ["UserID", "user_id"],
  ["userIDs", "user_i_ds"],
  ["HTTPServer", "http_server"],
  ["getHTTPResponse", "get_http_response"],
  ["aBC", "a_bc"],
  ["B1C", "b1_c"],
  ["APIv2", "ap_iv2"],
  ["OAuth2Token", "o_auth2_token"],
  ["iPhone13Pro", "i_phone13_pro"],
  ["1st_place", "_1st_place"],
  ["_private", "_private"],
  ["name_", "namex"],
  ["_", "x"],
  ["id.", "idx"],
  ["-1", "_1"],
  ["- + *", "_x_x"],
  ["  padded  ", "padded"],
  ["price (USD)", "price_usdx"],
  ["e-mail@domain", "e_mailadomain"],
  ["C++", "cxx"],
  ["a|b", "alb"],
  ["50%", "_50x"],
  ["$ref", "_ref"],
  ["a.b.c", "a_b_c"],
  ["naïve", "na_ve"],
  ["Größe", "gr_e"],
  ["日本語", "x"],
  ["x😀", "xx"],
  ["createdAt.UTC", "created_at_utc"],
  ["camel__CaseX", "camel__case_x"],
  ["name__", "name"],
  ["__dunder__", "dunder"],
  ["a___b", "a___b"],
  ["Value___", "value__x"],
  ["___", "x"],
  ["HRSystem-ID#2", "hr_system_id_2"],
  ["", "_empty"],
  ["   ", "_empty"],
  ["\u00a0nb\u2003", "nb"],
  ["\u001cfs\u0085", "fs"],
  ["\ufeffbom", "_bom"],
  ["\u2003", "_empty"],
  ["٣a", "_٣a"],
];

for (const [raw, column] of COLUMNS) {
  Deno.test(`Naming.path() turns ${JSON.stringify(raw)} into ${column}`, () => {
    assert.equal(new Naming().path(raw), column);
  });
}

Deno.test("Naming.identifier() shortens with a tag of the original when a name is too long", () => {
  assert.equal(new Naming(20).identifier("averyveryverylongidentifier"), "averyvej6zmlwntifier");
  assert.equal(new Naming(20).identifier("exactly_twenty_1chars"), "exactlyqiyo7g_1chars");
  assert.equal(new Naming(63).identifier("a".repeat(70)), "a".repeat(29) + "mo6cba" + "a".repeat(28));
});

Deno.test("Naming.identifier() makes the tag without the spaces around the name, and counts whole characters", () => {
  assert.equal(
    new Naming(21).identifier("  user API of 2nd user IDs, first Name\u00a0"),
    "user_apit37moqst_name",
  );
  assert.equal(new Naming(4).identifier("𝟙𝟙𝟙"), "_𝟙𝟙𝟙");
});

Deno.test("Naming.path() shortens each part, and then the whole", () => {
  assert.equal(new Naming(21).path(" http#v2 Total of all of the Names of-x "), "http_v2_yobjwqes_of_x");
  assert.equal(new Naming(21).path("first part is long__second part is longer"), "first_pabseyoq_longer");
});

Deno.test("Naming.join() shortens the joined name when it is too long", () => {
  const naming = new Naming(25);
  assert.equal(naming.join(naming.join("orders", "line_items"), "discount_allocations").length, 25);
});

Deno.test("Naming.path() leaves a normalised name alone and stays within the limit for any text", () => {
  const naming = new Naming(40);
  property.assert(property.property(property.string({ unit: "binary" }), (raw) => {
    const name = naming.path(raw);
    assert.ok(name.length > 0 && name.length <= 40);
    assert.equal(naming.path(name), name);
    assert.doesNotMatch(name, /["'\s;.\\/]/);
  }));
});
