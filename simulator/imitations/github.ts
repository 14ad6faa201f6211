/**
 * An imitation of the GitHub REST API: the issues of one private repository and the comments on each, with
 * Link headers, `since`, rate limit headers and ETags.
 * @module
 */
import { hashText } from "../okta/random.ts";
import {
  type GithubComment,
  type GithubIssue,
  inventComment,
  inventIssue,
  inventIssues,
} from "./github_data.ts";
import { windowLimit } from "./limits.ts";
import { calendar, HOUR, isoSeconds, many, MINUTE } from "./invent.ts";
import {
  type Answer,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  matchPath,
  Refusal,
  settled,
  wholeNumber,
} from "./server.ts";

export type { GithubComment, GithubIssue } from "./github_data.ts";

/** Options of {@link startGithub}. */
export interface GithubOptions extends ImitationOptions {
  /** @default 65 */
  readonly issues?: number;
  /** @default "octo-org" */
  readonly owner?: string;
  /** @default "hello-world" */
  readonly repo?: string;
  /** Requests an hour. @default 5000 */
  readonly rateLimit?: number;
}

/** What can be changed about an issue. */
export type GithubIssueChanges = Partial<Pick<GithubIssue, "title" | "state" | "body">>;

/** A running imitation of GitHub. */
export interface GithubImitation
  extends
    Imitation<{ readonly issues: readonly GithubIssue[]; readonly comments: readonly GithubComment[] }> {
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
  /** Changes an issue a minute later; that moves its `updated_at`. */
  updateIssue(number: number, changes: GithubIssueChanges): void;
  /** Opens an issue a minute later. */
  addIssue(changes?: GithubIssueChanges): GithubIssue;
  /** Comments on an issue a minute later; that moves the issue's `updated_at` too. */
  addComment(number: number, body: string): GithubComment;
}

const DOCUMENTATION = "https://docs.github.com/rest";
const TOKEN = "ghp_imitation";
const REPOSITORY_ID = 1_296_269;

/** Starts an imitation of GitHub on loopback. */
export async function startGithub(options: GithubOptions = {}): Promise<GithubImitation> {
  const { seed = 1, issues: count = 65, owner = "octo-org", repo = "hello-world" } = options;
  const { now, advance } = calendar(options.now);
  const rateLimit = options.rateLimit ?? 5000;
  const limiter = windowLimit(rateLimit, HOUR);
  let issues: GithubIssue[] = [];
  let comments: GithubComment[] = [];

  const listener = await listen((call) => {
    if (!call.headers.has("user-agent")) {
      return {
        status: 403,
        body: "Request forbidden by administrative rules: a User-Agent header is needed\n",
      };
    }
    const { isAllowed, used, remaining, waitMs } = limiter.take();
    const reply = isAllowed
      ? settled(() => answer(call))
      : refusal(403, "API rate limit exceeded for user ID 1000000.");
    if (reply.status === 304) limiter.giveBack();
    const headers = {
      "x-ratelimit-limit": String(rateLimit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(Math.ceil((Date.now() + waitMs) / 1000)),
      "x-ratelimit-resource": "core",
    };
    return { ...reply, headers: { ...headers, ...reply.headers } };
  }, options.port);

  const place = { owner, repo, api: `${listener.url}/repos/${owner}/${repo}` };
  issues = inventIssues(seed, count, place);
  comments = issues.flatMap((issue) =>
    many(issue.comments, (nth) => {
      const atMs = Date.parse(issue.created_at) + (nth + 1) * 20 * MINUTE;
      return inventComment(seed, issue, { nth, place, atMs });
    })
  );

  function answer(call: Call): Answer {
    checkHeaders(call);
    const { pathname } = call.url;
    const below = pathname.replace(`/repositories/${REPOSITORY_ID}`, `/repos/${owner}/${repo}`);
    const root = `/repos/${owner}/${repo}`;
    const single = matchPath(`${root}/issues/:number`, below);
    const thread = matchPath(`${root}/issues/:number/comments`, below);
    if (!call.headers.has("authorization")) return refusal(404, "Not Found");
    if (below === `${root}/issues`) return listed(call, selectIssues(issues, call), "issues");
    if (single) return found(call, issueOf(issues, single.number));
    if (!thread) return refusal(404, "Not Found");
    const issue = issueOf(issues, thread.number);
    const since = sinceOf(call.url.searchParams, "IssueComment");
    const own = comments.filter(({ issue_url, updated_at }) =>
      issue_url.endsWith(`/issues/${issue.number}`) && Date.parse(updated_at) >= since
    );
    return listed(call, own, `issues/${issue.number}/comments`);
  }

  function change(number: number, changes: Partial<GithubIssue>): void {
    const index = issues.findIndex((issue) => issue.number === number);
    if (index < 0) throw new Error(`there is no issue ${number}`);
    const updated_at = isoSeconds(now());
    const closed_at = changes.state === undefined
      ? issues[index].closed_at
      : changes.state === "closed"
      ? updated_at
      : null;
    issues[index] = { ...issues[index], ...changes, updated_at, closed_at };
  }

  return {
    ...listener,
    token: TOKEN,
    owner,
    repo,
    tryIt: `curl -s -H "Authorization: Bearer ${TOKEN}" "${place.api}/issues?state=all&per_page=2"`,
    truth: {
      get issues() {
        return issues;
      },
      get comments() {
        return comments;
      },
    },
    updateIssue(number, changes) {
      advance(MINUTE);
      change(number, changes);
    },
    addIssue(changes = {}) {
      advance(MINUTE);
      const made = inventIssue(seed, issues.length, { place, createdMs: now(), isNew: true });
      issues.push({ ...made, ...changes });
      return issues.at(-1)!;
    },
    addComment(number, body) {
      advance(MINUTE);
      const issue = issueOf(issues, String(number));
      const comment = inventComment(seed, issue, { nth: issue.comments, place, atMs: now(), body });
      comments.push(comment);
      change(number, { comments: issue.comments + 1 });
      return comment;
    },
  };
}

function refusal(status: number, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { message, ...more, documentation_url: DOCUMENTATION, status: String(status) } };
}

function checkHeaders({ method, headers }: Call): void {
  const authorization = headers.get("authorization");
  const isKnown = authorization === `Bearer ${TOKEN}` || authorization === `token ${TOKEN}`;
  if (authorization !== null && !isKnown) throw new Refusal(refusal(401, "Bad credentials"));
  const accept = headers.get("accept") ?? "*/*";
  if (!/\*\/\*|application\/(json|vnd\.github)|application\/\*/.test(accept)) {
    throw new Refusal(
      refusal(415, `Unsupported 'Accept' header: '${accept}'. Must accept 'application/json'.`),
    );
  }
  const version = headers.get("x-github-api-version");
  if (version !== null && version !== "2022-11-28") {
    throw new Refusal(refusal(400, `"${version}" is not a supported version.`));
  }
  // A route that exists for other methods only does not exist.
  if (method !== "GET") throw new Refusal(refusal(404, "Not Found"));
}

function issueOf(issues: readonly GithubIssue[], number: string): GithubIssue {
  const found = issues.find((issue) => String(issue.number) === number);
  if (!found) throw new Refusal(refusal(404, "Not Found"));
  return found;
}

function invalid(resource: string, field: string, value: string): Refusal {
  const errors = [{ resource, code: "invalid", field, value }];
  return new Refusal(refusal(422, "Validation Failed", { errors }));
}

function oneOf(query: URLSearchParams, field: string, allowed: readonly string[]): string {
  const value = query.get(field) ?? allowed[0];
  if (!allowed.includes(value)) throw invalid("Issue", field, value);
  return value;
}

function sinceOf(query: URLSearchParams, resource: string): number {
  const text = query.get("since");
  if (text === null) return -Infinity;
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw invalid(resource, "since", text);
  return time;
}

function selectIssues(issues: readonly GithubIssue[], { url }: Call): GithubIssue[] {
  const query = url.searchParams;
  const state = oneOf(query, "state", ["open", "closed", "all"]);
  const sort = oneOf(query, "sort", ["created", "updated", "comments"]);
  const sign = oneOf(query, "direction", ["desc", "asc"]) === "asc" ? 1 : -1;
  const since = sinceOf(query, "Issue");
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const key = (issue: GithubIssue) =>
    sort === "comments"
      ? issue.comments
      : Date.parse(sort === "updated" ? issue.updated_at : issue.created_at);
  return issues.filter((issue) =>
    (state === "all" || issue.state === state) && Date.parse(issue.updated_at) >= since &&
    labels.every((name) => (issue.labels as { name: string }[]).some((label) => label.name === name))
  ).sort((a, b) => sign * (key(a) - key(b) || a.number - b.number));
}

/** One page of a list; sizes that make no sense become the nearest that does. */
function listed(call: Call, records: readonly unknown[], path: string): Answer {
  const query = call.url.searchParams;
  const size = Math.min(wholeNumber(query.get("per_page") ?? "") || 30, 100);
  const page = wholeNumber(query.get("page") ?? "") || 1;
  const last = Math.max(1, Math.ceil(records.length / size));
  const link = (to: number, rel: string) => {
    const url = new URL(`${call.url.origin}/repositories/${REPOSITORY_ID}/${path}?${query}`);
    url.searchParams.set("page", String(to));
    return `<${url}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  const reply = found(call, records.slice((page - 1) * size, page * size));
  return links.length ? { ...reply, headers: { ...reply.headers, link: links.join(", ") } } : reply;
}

function found(call: Call, body: unknown): Answer {
  const etag = `W/"${hashText(JSON.stringify(body)).toString(16)}"`;
  const headers = { etag, "x-github-media-type": "github.v3; format=json" };
  if (call.headers.get("if-none-match") === etag) return { status: 304, headers };
  return { status: 200, headers, body };
}
