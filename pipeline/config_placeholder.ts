/**
 * Recognises values that a template or a manual's example left behind, so that they fail here with advice
 * instead of at the API with a riddle.
 * @module
 */

const PLACEHOLDER_REGEXPS: readonly RegExp[] = [
  /^\s*$/,
  /^(?:\.{3}|…)$/,
  /^<.*>$/s,
  /^(?:https?:\/\/)?\{[^{}"]*\}/,
  /\{your[^{}]*\}/i,
  /^(?:https?:\/\/)?your(?:[-_ ]|[A-Z])/,
  /^(?:https?:\/\/)?YOUR[-_ ]/,
  /^(?:change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this)|placeholder|todo|tbd|fixme)$/i,
  /^x{3,}$|x{6,}/i,
  /^[*•]{3,}$/,
];

/** Whether a text stands for a value rather than being one. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER_REGEXPS.some((regexp) => regexp.test(text));
}
