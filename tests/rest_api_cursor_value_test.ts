/**
 * Values of cursors: their order however they are spelled, and lags that keep the spelling.
 * @module
 */
import assert from "assert";
import { assert as assertProperty, constantFrom, integer, property, record } from "property";
import { compare, type CursorValue, shift } from "../extract/cursor_value.ts";

const SHIFTS: [CursorValue, number, CursorValue][] = [
  ["2024-01-01T00:00:00Z", -1, "2023-12-31T23:59:59Z"],
  ["2024-01-01T00:00:00.000Z", -60, "2023-12-31T23:59:00.000Z"],
  ["2024-01-01T00:00:00.123456789Z", -1, "2023-12-31T23:59:59.123456789Z"],
  ["2024-03-01 10:00:00+02:00", -86_400, "2024-02-29 10:00:00+02:00"],
  ["2024-03-01t10:00:00.5z", -0.25, "2024-03-01t10:00:00.2z"],
  ["20240301T100000-0500", -3600, "20240301T090000-0500"],
  ["20240301T100000+02:00", -3600, "20240301T090000+02:00"],
  ["2024-03-01T10:00:00,250", -0.25, "2024-03-01T10:00:00,000"],
  ["2024-03-01T10:00Z", -30, "2024-03-01T09:59Z"],
  ["2024-03-01T10", -60, "2024-03-01T09"],
  ["1969-12-31T23:59:59.5Z", -1, "1969-12-31T23:59:58.5Z"],
  ["2024-03-01T10:00:00Z", 0.5, "2024-03-01T10:00:01Z"],
  ["2024-03-01", -1, "2024-02-29"],
  ["2024-03-01", -1.5, "2024-02-28"],
  ["20240301", -1, "20240229"],
  ["0000-01-01", -1, "0000-01-01"],
  ["9999-12-31T23:59:59Z", 1, "9999-12-31T23:59:59Z"],
  [100, -7, 93],
  [1.5, -0.5, 1],
  [9007199254740993n, -1, 9007199254740992n],
  [9007199254740993n, -2, 9007199254740991],
  [9007199254740991, 2, 9007199254740993n],
  [9007199254740995n, -1.5, 9007199254740993n],
  // None of these is a date.
  ["2024-13-01", -1, "2024-13-01"],
  ["20241399", -1, "20241399"],
  ["2024-02-30T00:00:00Z", -1, "2024-02-30T00:00:00Z"],
  ["2024-01-0100", -1, "2024-01-0100"],
  ["abc", -1, "abc"],
  ["", -1, ""],
  [true, -1, true],
];

for (const [value, by, expected] of SHIFTS) {
  Deno.test(`shift() by ${by} makes ${String(expected)} of ${String(value)}`, () => {
    assert.equal(shift(value, by), expected);
  });
}

const ORDERS: [CursorValue, CursorValue, number][] = [
  ["a", "b", -1],
  ["10", "9", -1],
  ["", "a", -1],
  [9, 10, -1],
  [2n ** 60n, 5, 1],
  [9007199254740993n, 9007199254740992, 1],
  ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", 0],
  ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5Z", -1],
  ["2024-01-01T00:00:00.12Z", "2024-01-01T00:00:00.123Z", -1],
  ["2024-01-01T00:00:00.1234567891Z", "2024-01-01T00:00:00.1234567890Z", 1],
  ["2024-01-01T02:00:00+02:00", "2024-01-01T00:00:00Z", 0],
  ["2024-01-01T02:00:00+0200", "2024-01-01T00:00:01Z", -1],
  ["2024-01-01 00:00:00Z", "2024-01-01T00:00:00Z", 0],
  ["2024-01-01T00:00:00", "2024-01-01T00:00:00.5", -1],
  // Without a zone there is no telling; then they are texts.
  ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z", -1],
  ["2024-01-01", "2024-01-01T00:00:00Z", -1],
  ["2024", "2024-01-01", -1],
];

for (const [one, other, expected] of ORDERS) {
  Deno.test(`compare() puts ${String(one)} and ${String(other)} in order`, () => {
    assert.equal(compare(one, other), expected);
    assert.equal(compare(other, one), 0 - expected);
  });
}

const moments = record({
  ms: integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }),
  digits: constantFrom(0, 1, 3, 6),
  zone: constantFrom("Z", "+00:00", "-0330", "+14:00", "+05"),
  letter: constantFrom("T", " ", "t"),
});

/** A moment in one of its spellings, and what of it is left in that. */
function spelled({ ms, digits, zone, letter }: { ms: number; digits: number; zone: string; letter: string }) {
  const step = 10 ** Math.max(0, 3 - digits);
  const kept = Math.floor(ms / step) * step;
  const [, sign, hours, minutes = "0"] = /([+-])(\d\d):?(\d\d)?/.exec(zone) ?? [];
  const offset = hours ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  const text = new Date(kept + offset).toISOString();
  const fraction = digits ? `.${text.slice(20, 23).padEnd(digits, "0").slice(0, digits)}` : "";
  return { kept, text: text.slice(0, 10) + letter + text.slice(11, 19) + fraction + zone };
}

Deno.test("compare() has the order of time for moments in any spelling", () => {
  assertProperty(property(moments, moments, integer({ min: -2, max: 2 }), (first, second, apart) => {
    const near = apart === 2 ? second : { ...second, ms: first.ms + apart * 500 };
    const [one, other] = [spelled(first), spelled(near)];
    assert.equal(compare(one.text, other.text), Math.sign(one.kept - other.kept));
  }));
});

Deno.test("shift() moves a moment by exactly the lag and back, in its own spelling", () => {
  assertProperty(property(moments, integer({ min: -1e9, max: 1e9 }), (moment, by) => {
    const { text, kept } = spelled(moment);
    const moved = shift(text, by) as string;
    assert.equal(moved.length, text.length);
    assert.equal(compare(moved, spelled({ ...moment, ms: kept + by * 1000 }).text), 0);
    assert.equal(shift(moved, -by), text);
  }));
});
