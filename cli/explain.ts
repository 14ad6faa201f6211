/**
 * `sluice explain <source> [resource]`: every effective setting of each endpoint, and the place where it was
 * set. What is found out on the first page is asked for, unless told otherwise.
 * @module
 */
import type { Command } from "cli";
import { checkNames } from "../extract/graph.ts";
import { probe, type ProbeResult } from "../extract/probe.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { buildSource } from "../pipeline/build_source.ts";
import { formatError } from "../pipeline/errors.ts";
import { redact } from "../pipeline/secret.ts";
import { aligned } from "./columns.ts";
import { helpEnd } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { note, print } from "./print.ts";
import {
  clientSettings,
  parameterSettings,
  resourceSettings,
  type Setting,
  settingRows,
} from "./settings.ts";
import { chooseSource, type SourceFlags, withSourceFlags } from "./source_flags.ts";

interface ExplainFlags extends SourceFlags {
  readonly offline?: boolean;
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withSourceFlags(command)
    .argument("[resource]", "only this one")
    .option("--offline", "send no request; what is found out on the first page stays open")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      helpEnd(["explain ./pets.ts", "explain okta users --offline", "explain ./pets.ts pets --json"]),
    )
    .action((name: string, only: string | undefined, flags: ExplainFlags) =>
      interruptible((signal) =>
        explain(name, only === undefined ? flags : { ...flags, resources: [only] }, signal)
      )
    );
}

async function explain(name: string, flags: ExplainFlags, signal: AbortSignal): Promise<void> {
  const { source, configuration } = await chooseSource(name, flags);
  const built = await buildSource(source, { configuration, pipelineName: source.definition.pipelineName });
  const { resolved } = built;
  const chosen = chosenNames(resolved, flags.resources);
  const found = flags.offline ? new Map() : await detected(resolved, { chosen, signal });
  const resources = resolved.resources.filter((each) => chosen.includes(each.name)).map((resource) => ({
    resource: resource.name,
    parent: resource.parent,
    settings: resourceSettings(resource, found.get(resource.name)).map(masked),
  }));
  const client = clientSettings(resolved).map(masked);
  if (flags.json) {
    const parameters = parameterSettings(built);
    return print(JSON.stringify({ ok: true, source: source.definition.name, parameters, client, resources }));
  }
  const parts = [
    `Source ${source.definition.name}`,
    section("parameters", settingRows(parameterSettings(built))),
    section("client", settingRows(client)),
    ...resources.map(({ resource, parent, settings }) =>
      section(
        `resource ${resource}${parent === undefined ? "" : `, for each of ${parent}`}`,
        settingRows(settings),
      )
    ),
  ];
  print(parts.filter(Boolean).join("\n\n"));
}

function chosenNames({ resources }: ResolvedSource, only: readonly string[] | undefined): readonly string[] {
  const names = resources.map(({ name }) => name);
  checkNames(only ?? [], names, "explain");
  return only ?? names;
}

/** Asks for a page where something is left to be found out there. */
async function detected(
  source: ResolvedSource,
  { chosen, signal }: { chosen: readonly string[]; signal: AbortSignal },
): Promise<Map<string, ProbeResult>> {
  const open = source.resources.filter(({ name, endpoint, origins }) =>
    endpoint && chosen.includes(name) &&
    (origins["endpoint.paginator"] === "detection" || origins["endpoint.data_selector"] === "detection")
  ).map(({ name }) => name);
  const found = new Map<string, ProbeResult>();
  if (!open.length) return found;
  for await (const result of probe(source, { resources: open, signal })) {
    if (result.error) {
      note(
        `warning: ${result.node.name} could not be read, so nothing was found out\n${
          formatError(result.error)
        }`,
      );
    } else found.set(result.node.name, result);
  }
  return found;
}

function masked({ name, value, from }: Setting): Setting {
  return { name, value: redact(value), from: redact(from) };
}

function section(title: string, rows: readonly string[][]): string {
  return rows.length ? [title, ...aligned(rows)].join("\n") : "";
}
