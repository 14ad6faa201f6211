/**
 * Names: snake_case words out of any text, the singular of a plural, and one name for each path.
 * @module
 */

const MAX_LENGTH = 60;
const MOST_WORDS = 10;
const VERSION_REGEXP = /^(?:v?\d+(?:[._-]\d+)*|api|rest)$/i;
/** Words that name no thing by themselves. */
const GENERIC_WORDS = new Set([
  "list",
  "all",
  "search",
  "query",
  "index",
  "find",
  "filter",
  "items",
  "records",
]);

/** A text as a snake_case identifier of ASCII letters and digits; empty when it has none. */
export function snakeName(text: string): string {
  const name = text.slice(0, 200).normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/[^a-zA-Z0-9]+/g, "_").toLowerCase()
    .replace(/^_+/, "").slice(0, MAX_LENGTH).replace(/_+$/, "");
  return /^\d/.test(name) ? `n${name}` : name;
}

/** A word as words are compared: lower case, letters and digits only. */
export function plainWord(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const IRREGULAR: Readonly<Record<string, string>> = {
  people: "person",
  children: "child",
  men: "man",
  women: "woman",
  data: "data",
  news: "news",
  series: "series",
  indices: "index",
  statuses: "status",
  aliases: "alias",
};

/** The singular of a name, by its last word. */
export function singular(name: string): string {
  const [, head, word] = /^(.*_)?([^_]*)$/.exec(name)!;
  return (head ?? "") + singularWord(word);
}

function singularWord(word: string): string {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word];
  if (/[^aeiou]ies$/.test(word)) return word.slice(0, -3) + "y";
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

/** The words of a path that are no parameters, outermost first. */
export function pathWords(path: string): string[] {
  return path.split(/[?#]/)[0].split("/")
    .map((segment) => segment.replace(/\{[^{}]*\}/g, " ").replace(/\.(?:json|xml)$/i, ""))
    .map((segment) => ({ segment, word: snakeName(segment) }))
    .filter(({ word }) => word)
    .map(({ segment, word }) => (VERSION_REGEXP.test(segment.trim()) ? "" : word))
    .filter(Boolean);
}

/**
 * One name for each path, from its last words: as few as tell it apart, and the fewest for the shortest path.
 *
 * @param taken names that are not free
 */
export function resourceNames(paths: readonly string[], taken: Iterable<string> = []): string[] {
  const used = new Set(taken);
  const names: string[] = new Array(paths.length);
  const depth = (path: string) => path.split("/").filter(Boolean).length;
  const order = paths.map((path, index) => ({ path, index })).sort((a, b) =>
    depth(a.path) - depth(b.path) || a.index - b.index
  );
  for (const { path, index } of order) {
    names[index] = unusedName(candidates(path), used);
    used.add(names[index]);
  }
  return names;
}

function candidates(path: string): string[] {
  const words = pathWords(path);
  if (words.length === 0) return [snakeName(path) || "root"];
  // `/users/search` lists users.
  const isGeneric = words.length > 1 && GENERIC_WORDS.has(words.at(-1)!);
  const found = isGeneric ? [words.at(-2)!] : [];
  for (let count = isGeneric ? 2 : 1; count <= Math.min(words.length, MOST_WORDS); count++) {
    found.push(words.slice(-count).join("_").slice(0, MAX_LENGTH).replace(/_+$/, ""));
  }
  const parameter = snakeName(/.*\{([^{}]*)\}/.exec(path)?.[1] ?? "");
  return parameter ? [...found, `${found[0]}_by_${parameter}`] : found;
}

/** The first of some names that is free, else the last one with a number. */
export function unusedName(wanted: readonly string[], used: ReadonlySet<string>): string {
  const free = wanted.find((name) => !used.has(name));
  if (free !== undefined) return free;
  for (let number = 2;; number++) {
    const name = `${wanted.at(-1)}_${number}`;
    if (!used.has(name)) return name;
  }
}

/** Words that no parameter of a function can be called. */
const RESERVED_WORDS = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield " +
    "constructor prototype infinity nan define_source").split(" "),
);

/** A text as the name of a source parameter, which is also a variable in the module. */
export function parameterName(text: string): string {
  const name = snakeName(text) || "value";
  return RESERVED_WORDS.has(name) ? `${name}_value` : name;
}
