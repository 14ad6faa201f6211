/**
 * Paging by number where nobody has said so. Whether the first page is 0 or 1 is told by a field beside the
 * total, or by the next page: an API that counts from 1 sends the first page again when asked for page 1.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import { isJsonObject } from "../pipeline/json.ts";
import { type JsonPath, jsonPath, normalizedPath } from "../pipeline/json_path.ts";
import { guessed } from "./detect_doubt.ts";
import { pageNumber } from "./paginators/page_number.ts";
import { queryPlace, wholeNumber, wholeNumberAt } from "./paginators/place.ts";
import type { PageView, Paginator } from "./types.ts";

/** Names under which APIs tell the number of the present page, in lower case without `_`. */
const PRESENT_NAMES = ["page", "currentpage", "pagenumber", "pageno", "pageindex", "number", "current"];
const PLACE = queryPlace("page");

/** The paginator of an API that tells the number of its pages at `totalKeys`. */
export function countedPages(page: PageView, totalKeys: readonly string[]): Paginator {
  const totalPath = normalizedPath(totalKeys);
  const found = `"${totalPath}" is ${wholeNumber(fieldAt(page.response.body, totalPath))}`;
  const asked = askedPage(page);
  const present = presentPage(page, { totalKeys, asked });
  if (present) {
    const { path, number } = present;
    const reason = `${found}, and the first page is number ${number} by "${path.text}"`;
    return counter({ first: number, totalPath, reason, present: path, isAsked: asked !== undefined });
  }
  if (asked !== undefined) {
    const reason = `${found}, and the request asks for page ${asked}`;
    return counter({ first: asked, totalPath, reason, isAsked: true });
  }
  return undecided(totalPath, found);
}

/** A number beside the total that can be the number of this page: the one asked for, else 0 or 1. */
function presentPage(
  { response }: PageView,
  { totalKeys, asked }: { totalKeys: readonly string[]; asked: number | undefined },
): { path: JsonPath; number: number } | undefined {
  const around = totalKeys.slice(0, -1);
  const beside = fieldAt(response.body, normalizedPath(around));
  if (!isJsonObject(beside)) return undefined;
  const names = Object.keys(beside);
  for (const wanted of PRESENT_NAMES) {
    const name = names.find((each) => each.toLowerCase().replaceAll("_", "") === wanted);
    const value = name === undefined ? undefined : beside[name];
    const number = typeof value === "boolean" ? undefined : wholeNumber(value);
    if (number === undefined || (asked === undefined ? number !== 0 && number !== 1 : number !== asked)) {
      continue;
    }
    return { path: jsonPath(normalizedPath([...around, name!])), number };
  }
  return undefined;
}

/** Counts as dlt does until the next page tells more. */
function undecided(totalPath: string, found: string): Paginator {
  return {
    ...pageNumber({ total_path: totalPath }),
    // Which pages lie ahead is not known before the first number is.
    ahead: undefined,
    reason: `${found}; counted from 0 or 1 is found out on the next page`,
    dropsRepeated: true,
    settle: ({ repeated }) => {
      if (!repeated) {
        return counter({
          first: 0,
          totalPath,
          reason: `${found}, and page 1 is not the first page again`,
        });
      }
      const fromOne = counter({
        first: 1,
        totalPath,
        reason: `${found}, and page 1 is the first page again`,
      });
      // The page after it has to be another one, or the number was never looked at.
      return {
        ...fromOne,
        dropsRepeated: true,
        settle: (page) => {
          if (page.repeated) throw ignoredNumber(askedPage(page));
          return fromOne;
        },
      };
    },
  };
}

/** The page number in a request. */
function askedPage({ request }: PageView): number | undefined {
  const asked = wholeNumberAt(PLACE, request);
  return asked !== undefined && asked >= 0 ? asked : undefined;
}

/**
 * A counter whose first number is known; one above 1 is that of a walk that starts further on. With a field
 * for the present page, each answer is held against it.
 */
function counter(
  { first, totalPath, reason, present, isAsked = false }: {
    first: number;
    totalPath: string;
    reason: string;
    present?: JsonPath;
    /** The request has a page's number already: its parameter is no guess. */
    isAsked?: boolean;
  },
): Paginator {
  const found = {
    ...pageNumber({ base_page: Math.min(first, 1), page: first, total_path: totalPath }),
    reason,
  };
  const counted: Paginator = {
    ...isAsked ? found : guessed(found, {
      guess: 'the number of the page is sent as parameter "page"',
      shown: ["base_page", "page_param", "total_path"],
    }),
    settle: present && ((page) => {
      const asked = askedPage(page);
      const told = wholeNumber(present.first(page.response.body));
      if (asked !== undefined && told !== undefined && asked !== told) throw ignoredNumber(asked, told);
      return counted;
    }),
  };
  return counted;
}

function ignoredNumber(asked: number | undefined, told?: number): ExtractError {
  const answer = told === undefined ? "the page before once more" : `page ${told}`;
  return new ExtractError(
    `Cannot continue paging: asked for page ${asked}, the API sent ${answer}; parameter "page" was a guess`,
    {
      code: "pagination-loop",
      next: "set the paginator of this resource: its type, and the parameter it needs",
    },
  );
}
