/**
 * An imitation of the Jira Cloud platform API: issues by search and projects by search, both paged by offset
 * and both telling their total.
 * @module
 */
import { inventJiraIssues, inventProjects, type JiraIssue, type JiraProject } from "./jira_data.ts";
import { JiraQueryError, parseQuery } from "./jira_query.ts";
import {
  type Answer,
  basicCredentials,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  matchPath,
  Refusal,
  wholeNumber,
} from "./server.ts";

export type { JiraIssue, JiraProject } from "./jira_data.ts";

/** Options of {@link startJira}. */
export interface JiraOptions extends Omit<ImitationOptions, "now"> {
  /** @default 130 */
  readonly issues?: number;
  /** @default 12 */
  readonly projects?: number;
}

/** A running imitation of Jira. */
export interface JiraImitation
  extends Imitation<{ readonly issues: readonly JiraIssue[]; readonly projects: readonly JiraProject[] }> {
  readonly email: string;
  readonly apiToken: string;
}

const EMAIL = "loader@example.com";
const API_TOKEN = "ATATT-imitation";
/** Whatever is asked for, a page has no more. */
const MOST_ISSUES = 100;
const MOST_PROJECTS = 50;

/** Starts an imitation of Jira on loopback. */
export async function startJira(options: JiraOptions = {}): Promise<JiraImitation> {
  const { seed = 1 } = options;
  let issues: readonly JiraIssue[] = [];
  let projects: readonly JiraProject[] = [];
  const listener = await listen((call) => {
    const credentials = basicCredentials(call.headers);
    if (credentials?.user !== EMAIL || credentials.password !== API_TOKEN) return unauthorized();
    const { pathname } = call.url;
    if (pathname === "/rest/api/2/search") return searchIssues(call, issues);
    if (call.method !== "GET") throw refusal(405, "Method Not Allowed");
    if (pathname === "/rest/api/2/project/search") return searchProjects(call, projects);
    const asked = matchPath("/rest/api/2/issue/:id", pathname);
    const issue = issues.find(({ id, key }) => id === asked?.id || key === asked?.id);
    if (issue) return { status: 200, body: issue };
    throw refusal(404, asked ? "Issue does not exist or you do not have permission to see it." : "Not Found");
  }, options.port);

  const site = listener.url;
  projects = inventProjects(seed, options.projects ?? 12, site);
  issues = inventJiraIssues(seed, options.issues ?? 130, { projects, site });
  return {
    ...listener,
    email: EMAIL,
    apiToken: API_TOKEN,
    truth: { issues, projects },
    tryIt: `curl -s -u ${EMAIL}:${API_TOKEN} "${site}/rest/api/2/search?maxResults=2"`,
  };
}

function refusal(status: number, message: string): Refusal {
  return new Refusal({ status, body: { errorMessages: [message], errors: {} } });
}

function unauthorized(): Answer {
  const errorMessages = ["Client must be authenticated to access this resource."];
  const headers = { "www-authenticate": 'OAuth realm="https%3A%2F%2Fexample.atlassian.net"' };
  return { status: 401, headers, body: { errorMessages, errors: {} } };
}

function integer(name: string, text: string | null, standard: number): number {
  const value = text === null ? standard : wholeNumber(text);
  if (value === undefined) {
    throw refusal(400, `The value of '${name}' must be a number that is not negative.`);
  }
  return value;
}

/** What a search asks for: in the query of a GET, in the body of a POST. */
function searchOf(call: Call): Record<string, string | null> {
  if (call.method === "GET") {
    const query = call.url.searchParams;
    return Object.fromEntries(["jql", "startAt", "maxResults", "fields"].map((key) => [key, query.get(key)]));
  }
  if (call.method !== "POST") throw refusal(405, "Method Not Allowed");
  const type = call.headers.get("content-type") ?? "";
  if (!type.startsWith("application/json")) throw new Refusal({ status: 415 });
  let body: unknown;
  try {
    body = JSON.parse(call.body);
  } catch {
    body = undefined;
  }
  if (body === null || typeof body !== "object") {
    throw refusal(400, "There was an error parsing JSON. Check that your request body is valid.");
  }
  const text = ([key, value]: [string, unknown]) => [key, value === null ? null : String(value)];
  return {
    jql: null,
    startAt: null,
    maxResults: null,
    fields: null,
    ...Object.fromEntries(Object.entries(body).map(text)),
  };
}

function searchIssues(call: Call, issues: readonly JiraIssue[]): Answer {
  const { jql, startAt: start, maxResults: most, fields } = searchOf(call);
  const startAt = integer("startAt", start, 0);
  const maxResults = Math.min(integer("maxResults", most, 50), MOST_ISSUES);
  const query = understood(jql ?? "");
  const found = issues.filter(query.matches).sort(query.compare);
  const page = found.slice(startAt, startAt + maxResults).map((issue) => shown(issue, fields));
  const expand = "names,schema";
  return { status: 200, body: { expand, startAt, maxResults, total: found.length, issues: page } };
}

function understood(jql: string): ReturnType<typeof parseQuery> {
  try {
    return parseQuery(jql);
  } catch (error) {
    if (error instanceof JiraQueryError) throw refusal(400, error.message);
    throw error;
  }
}

function shown(issue: JiraIssue, fields: string | null): JiraIssue {
  const wanted = (fields ?? "*navigable").split(",").map((field) => field.trim());
  if (wanted.some((field) => field.startsWith("*"))) return issue;
  const kept = Object.entries(issue.fields).filter(([field]) => wanted.includes(field));
  return { ...issue, fields: Object.fromEntries(kept) };
}

function searchProjects(call: Call, projects: readonly JiraProject[]): Answer {
  const query = call.url.searchParams;
  const startAt = integer("startAt", query.get("startAt"), 0);
  const maxResults = Math.min(integer("maxResults", query.get("maxResults"), 50), MOST_PROJECTS);
  const text = (query.get("query") ?? "").toLowerCase();
  const found = projects.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(text));
  const isLast = startAt + maxResults >= found.length;
  const next = new URL(call.url);
  next.searchParams.set("startAt", String(startAt + maxResults));
  next.searchParams.set("maxResults", String(maxResults));
  const values = found.slice(startAt, startAt + maxResults);
  const links = { self: String(call.url), ...(!isLast && { nextPage: String(next) }) };
  return { status: 200, body: { ...links, maxResults, startAt, total: found.length, isLast, values } };
}
