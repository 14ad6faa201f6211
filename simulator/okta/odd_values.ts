/**
 * The values hostile records are made of, as plain lists so that a test can demand each of them.
 *
 * @module
 */

/** Texts that have broken a program somewhere. */
export const ODD_TEXTS: readonly string[] = [
  "Zoë Ångström Łódź",
  "漢字かな交じり文",
  "العربية mixed עברית",
  "caf\u00e9",
  "cafe\u0301",
  "zero\u200bwidth\u200djoiner",
  "non\u00a0breaking\u202fspace",
  "\ufeffstarts with a byte order mark",
  "<script>alert('x')</script>",
  "Robert'); DROP TABLE users;--",
  "quotes \"double\" and 'single'",
  "back\\slash \\n \\u0041",
  "tab\tand\r\nlines\nand\rreturns",
  "line\u2028paragraph\u2029",
  'comma, "quote", semicolon;',
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "null",
  "NULL",
  "NaN",
  "true",
  "",
  "   ",
  "00123",
  "2024-02-30",
  "2024-05-06T07:08:09.000Z",
  "1e5",
  "\u0001control\u001f\u007f",
  "ends with a space ",
  '{"json":true}',
  "%s %d {0} ${x} $1",
];

/** Numbers as written; several are beyond what a double can hold. */
export const ODD_NUMBERS: readonly string[] = [
  "0",
  "-1",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "1e308",
  "0.1",
  "-0.0",
  "1.0",
  "1",
  "1E3",
  "123456789.123456789123456789",
];

/** Null, empty, nested emptiness, and absence. */
export const ODD_EMPTIES: readonly unknown[] = [
  null,
  undefined,
  {},
  [],
  "",
  [null],
  [null, "a", null],
  ["a", 1, true],
  [1, 2, 3],
  { inner: {} },
  { inner: [] },
  [[]],
];

/** Dates in every dress, and things that only look like dates. */
export const ODD_DATES: readonly unknown[] = [
  "2024-05-06T07:08:09.000Z",
  "2024-05-06T07:08:09Z",
  "2024-05-06T07:08:09.123456Z",
  "2024-05-06T07:08:09+00:00",
  "2024-05-06",
  "0001-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  null,
  "not a date",
  "",
];

/** Names of attributes: punctuation, reserved words, JavaScript's own, and pairs that become equal in snake case. */
export const ODD_NAMES: readonly string[] = [
  "with-hyphen",
  "with.dot",
  "with space",
  "$dollar",
  "1digit",
  "costcenter",
  "first_name",
  "FirstName",
  "select",
  "order",
  "group",
  "id",
  "_dlt_id",
  "__proto__",
  "constructor",
  "toString",
  "naïve",
  `long_${"x".repeat(130)}`,
  "emoji_\u{1f98a}",
];
