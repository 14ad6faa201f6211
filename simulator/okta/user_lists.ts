/**
 * `/users`: which users a query means, in which order, and how they are shown.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import { canSee } from "./auth.ts";
import type { Call, ListAnswer } from "./call.ts";
import { USER_FILTER, USER_SEARCH } from "./dialects.ts";
import { type Filter, FilterError, parseFilter } from "./filter.ts";
import { type AttributeReader, matcher } from "./matcher.ts";
import { sortedBy } from "./sorting.ts";
import { userText } from "./user_text.ts";
import { USER_DATES, type UserDate, type UserDirectory, type UserPatch } from "./users.ts";

/** Keys of users served a second time in one pass start here. */
const AGAIN = 2 ** 40;
const DATES = new Set<string>(USER_DATES);

/** How users look from one request: as they are, or as the lagging index still has them. */
interface View {
  exists(index: number): boolean;
  patch(index: number): UserPatch | undefined;
}

/** Answers `GET /users`. */
export function listUsers(call: Call): ListAnswer {
  const { organisation: { users, switches }, query } = call;
  const [filter, search, q] = [query.get("filter"), query.get("search"), query.get("q")];
  if (filter !== null && search !== null) throw new ApiError("E0000033");
  // While nothing was ever changed, the index cannot be behind.
  const isLagged = users.isTouched && (search !== null || (filter !== null && switches.filterIsLagged));
  const view: View = isLagged
    ? { exists: (index) => users.indexed(index).exists, patch: (index) => users.indexed(index).patch }
    : { exists: (index) => users.exists(index), patch: (index) => users.patch(index) };
  const matches = predicate(call, view, { filter, search, q });
  const isShown = (index: number) =>
    view.exists(index) && canSee(call.caller, "users", index) && matches(index);
  const text = textOf(call, view);
  const sortBy = query.get("sortBy");
  if (search !== null && sortBy !== null) {
    return {
      list: sortedBy(call, { end: users.end, isShown, value: reader(users, view, call)(sortBy), text }),
    };
  }
  return {
    list: { keys: (after) => passKeys(call, isShown, after), text: (key) => text(Number(key) % AGAIN) },
    isPaged: q === null,
  };
}

function predicate(
  call: Call,
  view: View,
  { filter, search, q }: { filter: string | null; search: string | null; q: string | null },
): (index: number) => boolean {
  const { users } = call.organisation;
  const expression = filter ?? search;
  if (expression !== null) {
    const dialect = filter !== null ? USER_FILTER : USER_SEARCH;
    return compiled(() => matcher(parseFilter(expression), dialect, reader(users, view, call)));
  }
  const isNotGone = (index: number) => users.status(index, view.patch(index)) !== "DEPROVISIONED";
  if (q === null) return isNotGone;
  const read = reader(users, view, call);
  const fields = ["profile.firstName", "profile.lastName", "profile.email"].map(read);
  const wanted = q.toLowerCase();
  return (index) =>
    isNotGone(index) && fields.some((field) => String(field(index) ?? "").toLowerCase().startsWith(wanted));
}

/** Turns what is wrong with an expression into the answer of the API. */
export function compiled<T>(compile: () => T, code = "E0000031"): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof FilterError) throw new ApiError(code, { causes: [error.message] });
    throw error;
  }
}

/** Reads the attributes of users without writing them out where that can be avoided. */
function reader(users: UserDirectory, view: View, call: Call): AttributeReader<number> {
  let [lastIndex, lastRecord] = [-1, {} as Record<string, unknown>];
  const record = (index: number) => {
    if (index !== lastIndex) {
      const text = userText(users, index, { origin: call.origin, patch: view.patch(index) });
      [lastIndex, lastRecord] = [index, JSON.parse(text)];
    }
    return lastRecord;
  };
  return (attribute) => {
    if (attribute === "id") return (index) => users.ids.of(index);
    if (attribute === "status") return (index) => users.status(index, view.patch(index));
    if (DATES.has(attribute)) return (index) => users.date(index, attribute as UserDate, view.patch(index));
    const steps = attribute.split(".");
    return (index) =>
      steps.reduce(
        (value, step) => (value as Record<string, unknown> | undefined)?.[step],
        record(index) as unknown,
      );
  };
}

function textOf(call: Call, view: View): (index: number) => string {
  const { users } = call.organisation;
  const omitsCredentials = /okta-response="?[^"]*\bomitCredentials\b/.test(call.contentType);
  const { origin } = call;
  const project = projection(call.query.get("fields"));
  return (index) => project(userText(users, index, { origin, omitsCredentials, patch: view.patch(index) }));
}

function projection(fields: string | null): (text: string) => string {
  if (fields === null) return (text) => text;
  const profile = /profile:\(([^)]*)\)/.exec(fields)?.[1].split(",");
  const names = [
    "id",
    ...fields.replace(/profile:\([^)]*\)/, "profile").split(",").map((name) => name.trim()),
  ];
  return (text) => {
    const record = JSON.parse(text);
    if (profile) record.profile = JSON.parse(JSON.stringify(record.profile, profile));
    return JSON.stringify(
      Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name))),
    );
  };
}

/** The keys of one pass: all users in order and, when paging is unpleasant, the changed ones once more. */
function* passKeys(call: Call, isShown: (index: number) => boolean, after: unknown): Iterable<number> {
  const { users, switches } = call.organisation;
  const from = typeof after === "number" ? after : -1;
  const isUnpleasant = switches.pagingUnderMutation === "unpleasant" && users.isTouched;
  if (from < AGAIN) {
    for (let index = from + 1; index < users.end; index++) {
      if (isShown(index) && !(isUnpleasant && users.createdAfter(index, call.startedAt))) yield index;
    }
  }
  if (!isUnpleasant) return;
  const changed = [...users.changedSince(call.startedAt)].sort((a, b) => a - b);
  for (const index of changed) {
    if (AGAIN + index > from && isShown(index) && !users.createdAfter(index, call.startedAt)) {
      yield AGAIN + index;
    }
  }
}

/** The user id a filter asks for in the form `user.id eq "..."`, for lists that accept it. */
export function comparedValue(filter: Filter, attribute: string): string | undefined {
  const isMatch = filter.kind === "compare" && filter.operator === "eq" && filter.attribute === attribute;
  return isMatch ? String(filter.value) : undefined;
}
