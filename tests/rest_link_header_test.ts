/**
 * The `Link` header parser on what servers send, and on what nobody should.
 * @module
 */
import assert from "assert";
import fc from "property";
import { linkTarget, parseLinkHeader } from "../rest/link_header.ts";

const next = "https://api.example.com/v1/users?after=x&limit=2";

const cases: { name: string; header: string; target: string | undefined }[] = [
  { name: "one link", header: `<${next}>; rel="next"`, target: next },
  { name: "self before next", header: `<https://h/self>; rel="self", <${next}>; rel="next"`, target: next },
  {
    name: "joined without a space",
    header: `<https://h/self>;rel="self",<${next}>;rel="next"`,
    target: next,
  },
  {
    name: "commas and semicolons in the URL",
    header: '<https://h/?f=a,b;c="d">; rel="next"',
    target: 'https://h/?f=a,b;c="d"',
  },
  { name: "unquoted relation", header: `<${next}>; rel=next`, target: next },
  {
    name: "unquoted relation before another link",
    header: `<${next}>; rel=next, <https://h/2>; rel=last`,
    target: next,
  },
  { name: "several relations", header: `<${next}>; rel="last next"`, target: next },
  { name: "any case", header: `<${next}>; REL="Next"`, target: next },
  {
    name: "other parameters first",
    header: `<${next}>; title="a, <b>; rel=\\"self\\""; rel="next"`,
    target: next,
  },
  { name: "spaces everywhere", header: `  <${next}> ; rel = "next" `, target: next },
  { name: "the first rel counts", header: `<${next}>; rel="prev"; rel="next"`, target: undefined },
  { name: "a longer relation", header: `<${next}>; rel="next-archive"`, target: undefined },
  {
    name: "a relation inside a title",
    header: `<${next}>; title="; rel=next"; rel="prev"`,
    target: undefined,
  },
  { name: "no angle brackets", header: `${next}; rel="next"`, target: undefined },
  { name: "an unclosed target", header: `<${next}; rel="next"`, target: undefined },
  { name: "an unclosed quote", header: `<${next}>; rel="next`, target: next },
  {
    name: "junk between links",
    header: `junk, , ;;; <https://h>; =; x, <${next}>;; rel="next"`,
    target: next,
  },
  { name: "relative target", header: '</users?after=1>; rel="next"', target: "/users?after=1" },
  { name: "empty header", header: "", target: undefined },
];

for (const { name, header, target } of cases) {
  Deno.test(`linkTarget() reads ${name}`, () => {
    assert.equal(linkTarget(new Headers({ link: header }), "next"), target);
  });
}

Deno.test("linkTarget() is undefined without a header", () => {
  assert.equal(linkTarget(new Headers(), "next"), undefined);
});

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const target = fc.string({ unit: "grapheme-ascii", maxLength: 40 }).map((text) => text.replaceAll(">", ""));
const link = fc.record({
  target,
  rels: fc.array(token, { minLength: 1, maxLength: 3 }),
  title: fc.option(fc.string({ unit: "grapheme-ascii", maxLength: 20 })),
  isQuoted: fc.boolean(),
  space: fc.constantFrom("", " ", "  "),
});

Deno.test("parseLinkHeader() gives back every written link", () => {
  fc.assert(
    fc.property(fc.array(link, { maxLength: 5 }), fc.constantFrom(",", ", ", " , "), (links, comma) => {
      const text = links.map(({ target, rels, title, isQuoted, space }) => {
        const rel = isQuoted || rels.length > 1 ? `"${rels.join(" ")}"` : rels[0];
        const escaped = title?.replace(/["\\]/g, "\\$&");
        const titlePart = title === null ? "" : `;${space}title="${escaped}"`;
        return `<${target}>${titlePart}${space};${space}rel${space}=${space}${rel}`;
      }).join(comma);
      assert.deepEqual(parseLinkHeader(text), links.map(({ target, rels }) => ({ target, rels })));
    }),
  );
});

Deno.test("parseLinkHeader() takes any text in linear time", () => {
  const nasty = fc.string({
    unit: fc.constantFrom("<", ">", ";", ",", '"', "\\", "=", " ", "rel", "next"),
    maxLength: 60,
  });
  fc.assert(fc.property(nasty, (text) => {
    for (const { target } of parseLinkHeader(text)) assert.ok(text.includes(target));
  }));
  for (const piece of ["<", '<>;rel="', "<>;", ";=", '<a>;x="\\"', "<a>; rel=next,"]) {
    const startedAt = performance.now();
    parseLinkHeader(piece.repeat(100_000));
    assert.ok(performance.now() - startedAt < 1000, piece);
  }
});
