/**
 * The invented repository behind the GitHub imitation: issues, pull requests among them, and comments.
 * @module
 */
import {
  BEGINNING,
  DAY,
  type Dice,
  dice,
  HOUR,
  isoSeconds,
  madeAt,
  many,
  person,
  TEXTS,
  TITLES,
} from "./invent.ts";

/** An issue or pull request. */
export interface GithubIssue {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly comments: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly body: string | null;
  readonly pull_request?: Readonly<Record<string, string | null>>;
  readonly [key: string]: unknown;
}

/** A comment on an issue. */
export interface GithubComment {
  readonly id: number;
  readonly issue_url: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly body: string;
  readonly [key: string]: unknown;
}

/** Where records live; part of every URL in them. */
export interface RepositoryPlace {
  readonly owner: string;
  readonly repo: string;
  /** The URL of the repository in the API. */
  readonly api: string;
}

const LABELS = ["bug", "enhancement", "documentation", "good first issue", "Größe: S", "priority: high"];
const ASSOCIATIONS = ["NONE", "CONTRIBUTOR", "MEMBER", "OWNER"];

/** An account as it stands in other records. */
export function githubUser(seed: number, index: number): Record<string, unknown> {
  const { login } = person(seed, index);
  const id = 1_000_000 + index;
  return {
    login,
    id,
    node_id: nodeId("User", id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: "",
    html_url: `https://github.com/${login}`,
    type: index % 17 === 16 ? "Bot" : "User",
    site_admin: false,
  };
}

function nodeId(kind: string, id: number): string {
  return `${kind[0]}_kw${btoa(`${kind}${id}`).replaceAll("=", "")}`;
}

function label(name: string): Record<string, unknown> {
  const index = LABELS.indexOf(name);
  return {
    id: 5_000_000 + index,
    node_id: nodeId("Label", 5_000_000 + index),
    name,
    color: ["d73a4a", "a2eeef", "0075ca", "7057ff", "c5def5", "b60205"][index],
    default: index < 4,
    description: index % 2 ? null : `Everything about ${name}`,
  };
}

function reactions(die: Dice, url: string): Record<string, unknown> {
  const [plus, heart, eyes] = [die.below(6), die.below(3), die.below(2)];
  return {
    url: `${url}/reactions`,
    total_count: plus + heart + eyes,
    "+1": plus,
    "-1": 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart,
    rocket: 0,
    eyes,
  };
}

function milestone(die: Dice, api: string): Record<string, unknown> | null {
  if (!die.chance(0.3)) return null;
  const number = 1 + die.below(3);
  return {
    url: `${api}/milestones/${number}`,
    id: 8_000_000 + number,
    number,
    title: `v${number}.0`,
    description: null,
    state: "open",
    due_on: number === 3 ? null : `2026-0${number}-28T08:00:00Z`,
  };
}

/** All issues of a repository, lowest number first; every fifth is a pull request. */
export function inventIssues(seed: number, count: number, place: RepositoryPlace): GithubIssue[] {
  return many(count, (index) => inventIssue(seed, index, { place, createdMs: madeAt(index, count) }));
}

/** One issue; its state, dates and texts follow from its position. */
export function inventIssue(
  seed: number,
  index: number,
  { place, createdMs, isNew = false }: { place: RepositoryPlace; createdMs: number; isNew?: boolean },
): GithubIssue {
  const die = dice(seed, "issue", index);
  const number = index + 1;
  const { owner, repo, api } = place;
  const url = `${api}/issues/${number}`;
  const page = `https://github.com/${owner}/${repo}`;
  const isClosed = !isNew && die.chance(0.6);
  const closed = createdMs + HOUR + die.below(9 * DAY / 1000) * 1000;
  // One bulk edit changed a quarter of the open issues in the same second, later than all else.
  const edited = number % 4 === 0 ? BEGINNING + 460 * DAY : createdMs + (1 + die.below(4)) * 10 * DAY;
  const updated = isNew ? createdMs : isClosed ? closed : edited;
  const people = die.some(many(6, (each) => each), 2).map((each) => githubUser(seed, each));
  return {
    id: 2_000_000_000 + number * 7,
    node_id: nodeId("Issue", number),
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${page}/${number % 5 === 0 ? "pull" : "issues"}/${number}`,
    number,
    title: `${die.pick(TITLES)} (${number})`,
    user: githubUser(seed, die.below(40)),
    labels: die.some(LABELS, 3).map(label),
    state: isClosed ? "closed" : "open",
    state_reason: isClosed ? die.pick(["completed", "not_planned"]) : null,
    locked: die.chance(0.05),
    active_lock_reason: null,
    assignee: people[0] ?? null,
    assignees: people,
    milestone: milestone(die, api),
    comments: isNew ? 0 : Math.max(0, die.below(8) - 3),
    created_at: isoSeconds(createdMs),
    updated_at: isoSeconds(updated),
    closed_at: isClosed ? isoSeconds(closed) : null,
    author_association: die.pick(ASSOCIATIONS),
    ...(number % 5 === 0 && pullRequest(number, { place, page, mergedMs: isClosed ? closed : undefined })),
    body: die.chance(0.1) ? null : die.pick(TEXTS),
    closed_by: isClosed ? githubUser(seed, die.below(6)) : null,
    reactions: reactions(die, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
  };
}

function pullRequest(
  number: number,
  { place, page, mergedMs }: { place: RepositoryPlace; page: string; mergedMs?: number },
): Pick<GithubIssue, "pull_request" | "draft"> {
  const html = `${page}/pull/${number}`;
  return {
    draft: number % 10 === 0,
    pull_request: {
      url: `${place.api}/pulls/${number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: mergedMs === undefined ? null : isoSeconds(mergedMs),
    },
  };
}

/** One comment; `nth` counts from 0 within its issue. */
export function inventComment(
  seed: number,
  issue: GithubIssue,
  { nth, place, atMs, body }: { nth: number; place: RepositoryPlace; atMs: number; body?: string },
): GithubComment {
  const id = 3_000_000_000 + issue.number * 1000 + nth;
  const die = dice(seed, "comment", id);
  const url = `${place.api}/issues/comments/${id}`;
  return {
    url,
    html_url: `${String(issue.html_url)}#issuecomment-${id}`,
    issue_url: `${place.api}/issues/${issue.number}`,
    id,
    node_id: nodeId("Comment", id),
    user: githubUser(seed, die.below(40)),
    created_at: isoSeconds(atMs),
    updated_at: isoSeconds(atMs),
    author_association: die.pick(ASSOCIATIONS),
    body: body ?? `${die.pick(TEXTS)} #${nth + 1}`,
    reactions: reactions(die, url),
    performed_via_github_app: null,
  };
}
