/** Texts as Python reads them. @module */
import assert from "assert";
import { readDecimal, readFloat, readInteger, trimSpaces } from "../pipeline/python_text.ts";

const INTEGERS: readonly (readonly [string, bigint | undefined])[] = [
  ["12", 12n],
  [" -1_000 ", -1000n],
  ["+7", 7n],
  ["0x1F", 31n],
  ["0x-5", -5n],
  ["0x 1f", 31n],
  ["0x0x1F", 31n],
  ["0x", undefined],
  ["0X1F", undefined],
  ["1__0", undefined],
  ["_1", undefined],
  ["1.0", undefined],
  ["", undefined],
  ["٣४", 34n],
  ["𝟙", 1n],
  ["½", undefined],
];
for (const [text, value] of INTEGERS) {
  Deno.test(`readInteger() reads ${JSON.stringify(text)} as ${value ?? "nothing"}`, () =>
    assert.equal(readInteger(text), value));
}

const FLOATS: readonly (readonly [string, number | undefined])[] = [
  [".5", 0.5],
  ["5.", 5],
  ["1e3", 1000],
  ["1_0.2_5", 10.25],
  [" Infinity\n", Infinity],
  ["-INF", -Infinity],
  ["+nan", NaN],
  ["1e", undefined],
  [".", undefined],
  ["0x1F", undefined],
  ["5 5", undefined],
];
for (const [text, value] of FLOATS) {
  Deno.test(`readFloat() reads ${JSON.stringify(text)} as ${value ?? "nothing"}`, () =>
    assert.ok(Object.is(readFloat(text), value)));
}

const DECIMALS: readonly (readonly [string, string | undefined])[] = [
  ["12345678901234567890.123456789", "12345678901234567890.123456789"],
  ["-1.5e3", "-1500"],
  ["1.5e-3", "0.0015"],
  ["007.10", "7.10"],
  ["1__0_", "10"],
  [".5", "0.5"],
  ["0x1F", "31"],
  ["1e99999999", undefined],
  ["NaN", undefined],
  ["e5", undefined],
];
for (const [text, value] of DECIMALS) {
  Deno.test(`readDecimal() reads ${JSON.stringify(text)} as ${value ?? "nothing"}`, () =>
    assert.equal(readDecimal(text), value));
}

Deno.test("trimSpaces() takes the separators of ASCII for spaces, and a byte order mark for none", () => {
  assert.equal(trimSpaces("\u001c\u0085 a b\u3000"), "a b");
  assert.equal(trimSpaces("\ufeffa"), "\ufeffa");
});
