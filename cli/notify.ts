/**
 * Telling somewhere else how a run ended: a message to Slack, or to what takes the same; and the facts as JSON
 * to any address. Nothing is sent unless the configuration names where.
 * @module
 */
import type { Configuration } from "../pipeline/config.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { redact, type Secret } from "../pipeline/secret.ts";
import type { Trace } from "../pipeline/trace.ts";
import { changesOf, rowsOf } from "./workflow/summary.ts";

/** What can be worth a message. */
export const OCCASIONS = ["failure", "schema_change", "success"] as const;
/** One of {@link OCCASIONS}. */
export type Occasion = (typeof OCCASIONS)[number];

const TIMEOUT_MS = 10_000;

/** Settings below `[runtime]`. */
export const NOTIFICATION_PARAMETERS = {
  slack_incoming_hook: { type: "text", secret: true, help: "Address of an incoming webhook of Slack." },
  webhook_url: { type: "text", secret: true, help: "Address that gets the facts of a run as JSON, by POST." },
  notify_on: {
    type: "list",
    default: ["failure", "schema_change"],
    help: "When to tell: failure, schema_change, success.",
  },
  notify_template: {
    type: "text",
    default: "{pipeline}: {status}, {rows} rows, {requests} requests, {seconds} s{error}{schema_changes}",
    help: "The message, with {names} of facts in it.",
  },
} as const;

/** What the settings say. */
export interface NotificationSettings {
  readonly slack_incoming_hook?: Secret;
  readonly webhook_url?: Secret;
  readonly notify_on: readonly string[];
  readonly notify_template: string;
}

/** Reads the settings. @throws {ConfigError} "config-cast" for an occasion that there is not */
export function notificationSettings(
  configuration: Configuration,
  pipelineName: string,
): NotificationSettings {
  const { values } = configuration.resolve(NOTIFICATION_PARAMETERS, {
    owner: "notifications",
    sections: [["runtime"]],
    pipelineName,
  });
  const unknown = values.notify_on.find((each) => !(OCCASIONS as readonly string[]).includes(each));
  if (unknown === undefined) return values;
  throw new ConfigError(`Cannot use "notify_on" of notifications: "${unknown}" is nothing that happens`, {
    code: "config-cast",
    next: `name some of ${OCCASIONS.join(", ")}`,
  });
}

/** Sends what the settings ask for, and returns one sentence for each message that did not arrive. */
export async function notify(trace: Trace, settings: NotificationSettings): Promise<string[]> {
  const occasions = occasionsOf(trace).filter((each) => settings.notify_on.includes(each));
  if (occasions.length === 0) return [];
  const message = messageOf(trace, settings.notify_template);
  const sent = [
    settings.slack_incoming_hook && post("Slack", settings.slack_incoming_hook, { text: slackText(message) }),
    settings.webhook_url &&
    post("The webhook", settings.webhook_url, { occasions, text: message, ...factsOf(trace) }),
  ];
  return (await Promise.all(sent)).filter((each) => each !== undefined);
}

/** What of a run is worth a message. */
export function occasionsOf(trace: Trace): Occasion[] {
  return [
    ...trace.status === "failed" ? ["failure" as const] : [],
    ...changesOf(trace).length ? ["schema_change" as const] : [],
    ...trace.status === "completed" ? ["success" as const] : [],
  ];
}

/** The message: `{names}` of facts are filled in, all others stay. */
export function messageOf(trace: Trace, template: string): string {
  const changed = changesOf(trace).map(({ table, isNew, newColumns }) =>
    isNew ? `new table ${table}` : `${table} has new columns ${newColumns.map(({ name }) => name).join(", ")}`
  );
  const facts: Readonly<Record<string, string>> = {
    pipeline: trace.pipelineName,
    source: trace.source,
    destination: trace.destination,
    dataset: trace.datasetName,
    status: trace.status,
    rows: String(rowsOf(trace)),
    requests: String(trace.requests),
    seconds: trace.seconds.toFixed(1),
    error: trace.error ? `\n${trace.error.message}` : "",
    next: trace.error?.next ? `\nnext: ${trace.error.next}` : "",
    schema_changes: changed.length ? `\n${changed.join("; ")}` : "",
    run_url: runUrl() ?? "",
  };
  return redact(
    template.replaceAll(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(facts, name) ? facts[name] : whole),
  );
}

/** The facts for a program. */
function factsOf(trace: Trace): Record<string, unknown> {
  return {
    run_id: trace.id,
    pipeline: trace.pipelineName,
    source: trace.source,
    destination: trace.destination,
    dataset: trace.datasetName,
    status: trace.status,
    started_at: trace.startedAt,
    seconds: trace.seconds,
    rows: rowsOf(trace),
    requests: trace.requests,
    error: trace.error && { code: trace.error.code, message: trace.error.message, next: trace.error.next },
    schema_changes: changesOf(trace),
    run_url: runUrl(),
  };
}

/** In a workflow, the page of its run. */
function runUrl(): string | undefined {
  const [server, repository, id] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map((name) =>
    Deno.env.get(name)
  );
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
}

/** Slack reads three characters as its own. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The address is a secret by itself, so that no sentence about it names it. */
async function post(to: string, address: Secret, body: unknown): Promise<string | undefined> {
  const fault = (problem: string) => `${to} was not told how the run ended: ${problem}`;
  let url: URL;
  try {
    url = new URL(address.reveal());
  } catch {
    return fault("its address is no URL");
  }
  const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) {
    return fault("its address does not begin with https");
  }
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: redact(JSON.stringify(body)),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : fault(`it answered ${response.status}`);
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    return fault(isLate ? `no answer within ${TIMEOUT_MS / 1000} s` : "it cannot be reached");
  }
}
