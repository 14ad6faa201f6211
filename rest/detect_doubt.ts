/**
 * What a person should know about paging that was found out: that a parameter is a guess, or that nothing was
 * found although there is more.
 * @module
 */
import { signOfMore } from "./signs_of_more.ts";
import type { Doubt, Paginator, RestPage } from "./types.ts";

/** A detected paginator that rests on a guess, with the doubt about it; `shown` are options to write down. */
export function guessed(
  paginator: Paginator,
  { guess, shown }: { guess: string; shown: readonly string[] },
): Paginator {
  const { type, options = {} } = paginator;
  const example = written({ type, ...Object.fromEntries(shown.map((name) => [name, options[name]])) });
  return {
    ...paginator,
    doubt({ index, next }) {
      // Where there is but one page, nothing depends on the guess.
      if (index === 0 && !next) return undefined;
      return {
        code: "paging-guessed",
        message: `${guess}, which is a guess; set paginator, e.g. to ${example}`,
      };
    },
  };
}

/** The doubt of a walk that ends with its first page because nothing was found. */
export function unknownPaging(page: RestPage): Doubt | undefined {
  const sign = signOfMore(page);
  if (!sign) return undefined;
  return {
    code: "paging-unknown",
    message: `only the first page was read: ${sign.seen}, but nothing tells how to ask for the next one; ` +
      `set paginator, e.g. to ${written(sign.paginator)}, or to "single_page" if that is all`,
  };
}

/** A paginator as it is written in a configuration. */
function written(paginator: object): string {
  const fields = Object.entries(paginator).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
  return `{${fields.join(", ")}}`;
}
