/**
 * The invented site behind the Jira imitation: projects and their issues.
 * @module
 */
import { DAY, dice, HOUR, madeAt, many, person, TEXTS, TITLES } from "./invent.ts";

/** An issue. */
export interface JiraIssue {
  readonly expand: string;
  readonly id: string;
  readonly self: string;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A project as the project search shows it. */
export interface JiraProject {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

const STATUSES = ["To Do", "In Progress", "Done"];
const CATEGORIES = ["new", "indeterminate", "done"];

/** `2024-01-08T09:00:00.000+0000`. */
export function jiraTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+0000");
}

/** All projects. */
export function inventProjects(seed: number, count: number, site: string): JiraProject[] {
  return many(count, (index) => {
    const die = dice(seed, "project", index);
    const id = String(10_000 + index);
    return {
      expand: "description,lead,issueTypes,url,projectKeys",
      self: `${site}/rest/api/2/project/${id}`,
      id,
      key: projectKey(index),
      name: `${die.pick(["Web", "Mobile", "データ", "Plattform", "Büro"])} ${index + 1}`,
      avatarUrls: { "16x16": `${site}/avatar/${id}?size=xsmall`, "48x48": `${site}/avatar/${id}` },
      projectTypeKey: die.pick(["software", "business", "service_desk"]),
      simplified: die.chance(0.5),
      style: "classic",
      isPrivate: false,
      properties: {},
    };
  });
}

/** `AAA`, `AAB`, … */
function projectKey(index: number): string {
  return [676, 26, 1].map((step) => String.fromCharCode(65 + Math.floor(index / step) % 26)).join("");
}

/** All issues, the oldest first; each belongs to one of the projects. */
export function inventJiraIssues(
  seed: number,
  count: number,
  { projects, site }: { projects: readonly JiraProject[]; site: string },
): JiraIssue[] {
  const counts = new Map<string, number>();
  return many(count, (index) => {
    const project = dice(seed, "issue project", index).pick(projects);
    const number = (counts.get(project.key) ?? 0) + 1;
    counts.set(project.key, number);
    return inventIssue(seed, index, { project, number, site, createdMs: madeAt(index, count) });
  });
}

function user(seed: number, index: number, site: string): Record<string, unknown> {
  const { first, last, email } = person(seed, index);
  const accountId = `5b10${dice(seed, "account", index).code(20, "0123456789abcdef")}`;
  return {
    self: `${site}/rest/api/2/user?accountId=${accountId}`,
    accountId,
    emailAddress: email,
    displayName: `${first} ${last}`,
    active: index % 9 !== 8,
    timeZone: "Europe/Berlin",
    accountType: "atlassian",
  };
}

function inventIssue(
  seed: number,
  index: number,
  { project, number, site, createdMs }: {
    project: JiraProject;
    number: number;
    site: string;
    createdMs: number;
  },
): JiraIssue {
  const die = dice(seed, "issue", index);
  const id = String(20_000 + index);
  const status = die.below(3);
  const updatedMs = createdMs + HOUR + die.below(50 * DAY / 1000) * 1000;
  const isDone = status === 2;
  return {
    expand: "operations,versionedRepresentations,editmeta,changelog,renderedFields",
    id,
    self: `${site}/rest/api/2/issue/${id}`,
    key: `${project.key}-${number}`,
    fields: {
      summary: die.pick(TITLES),
      description: die.chance(0.2) ? null : die.pick(TEXTS),
      issuetype: { id: String(1 + die.below(3)), name: die.pick(["Bug", "Task", "Story"]), subtask: false },
      project: { id: project.id, key: project.key, name: project.name },
      status: {
        id: String(1 + status),
        name: STATUSES[status],
        statusCategory: { id: 2 + status, key: CATEGORIES[status], name: STATUSES[status] },
      },
      priority: die.chance(0.9) ? { id: "3", name: die.pick(["High", "Medium", "Low"]) } : null,
      resolution: isDone ? { id: "1", name: "Done" } : null,
      resolutiondate: isDone ? jiraTime(updatedMs) : null,
      labels: die.some(["backend", "kunde", "quick-win", "重要"], 3),
      components: die.some(["API", "Oberfläche"], 2).map((name) => ({ id: String(name.length), name })),
      assignee: die.chance(0.7) ? user(seed, die.below(12), site) : null,
      reporter: user(seed, die.below(12), site),
      created: jiraTime(createdMs),
      updated: jiraTime(updatedMs),
      duedate: die.chance(0.3) ? new Date(updatedMs + 14 * DAY).toISOString().slice(0, 10) : null,
      timeestimate: die.chance(0.3) ? die.below(40) * 1800 : null,
      customfield_10016: die.chance(0.4) ? die.pick([1, 2, 3, 5, 8]) : null,
      customfield_10020: die.chance(0.4)
        ? [{ id: 1 + die.below(9), name: `Sprint ${1 + die.below(9)}`, state: "active", boardId: 1 }]
        : null,
    },
  };
}
