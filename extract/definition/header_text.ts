/**
 * What a header can carry.
 * @module
 */

/** Whether a text can be the name of a header. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** Whether a text can be the value of a header. What stands at its ends is taken off when it is sent. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value.trim());
}
