/**
 * `sluice deploy <target> <source>`: writes what a scheduler needs to load a source again and again, and says
 * what is left to do.
 * @module
 */
import { isAbsolute, relative, sep } from "node:path";
import { type Command, Option } from "cli";
import { destinationNames, findDestination } from "../destinations/mod.ts";
import { shownPath } from "../pipeline/config_files.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { checkedPipelineName } from "../pipeline/pipeline_directory.ts";
import { builtInSources } from "../sources/mod.ts";
import type { Deployed, Deployment, TargetFlags } from "./deploy/deployment.ts";
import { parseSchedule } from "./deploy/schedule.ts";
import { deployTargets } from "./deploy/target/mod.ts";
import { neededVariables } from "./deploy/variables.ts";
import { writeDeployed, type Written } from "./deploy/write.ts";
import { findSource } from "./find_source.ts";
import { helpEnd, nameList } from "./help.ts";
import { print } from "./print.ts";

interface DeployFlags extends TargetFlags {
  readonly schedule: string;
  readonly destination: string;
  readonly pipelineName?: string;
  readonly datasetName?: string;
  readonly resources?: readonly string[];
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = [
  'deploy github-actions okta --schedule "0 */6 * * *"',
  "deploy github-actions ./pets.ts --keep cache --destination ndjson",
  'deploy systemd ./pets.ts --schedule "30 4 * * mon-fri"',
];

/** Adds one subcommand per target. */
export function define(command: Command): void {
  command.addHelpText("after", helpEnd(EXAMPLES));
  for (const target of deployTargets) {
    const subcommand = command.command(target.name).description(target.summary)
      .argument("<source>", "name of a built-in source, or a file such as ./pets.ts")
      .option("--schedule <cron>", "minute, hour, day, month, weekday", "17 4 * * *")
      .addOption(
        new Option("-d, --destination <name>", "where to load").choices(destinationNames).default("sqlite"),
      )
      .option("-r, --resources <names>", "only these resources, separated by commas", nameList)
      .option("--pipeline-name <name>", "name that state is kept under (default: the source's own)")
      .option("--dataset-name <name>", "name of the group of tables (default: the source's own)")
      .option("--force", "write over files that are there")
      .option("--json", "print one JSON object instead of text");
    target.define?.(subcommand);
    subcommand.addHelpText("after", helpEnd([`deploy ${target.name} okta --schedule "0 */6 * * *"`]))
      .action(async (source: string, flags: DeployFlags) => {
        const deployment = await deploymentOf(source, flags);
        const deployed = await target.plan(deployment, flags);
        const written = await writeDeployed(deployed.files, { force: flags.force === true });
        print(flags.json ? JSON.stringify(dataOf(deployed, written)) : textOf(deployed, written));
      });
  }
}

async function deploymentOf(source: string, flags: DeployFlags): Promise<Deployment> {
  const schedule = parseSchedule(flags.schedule);
  const factory = await findSource(source);
  const destination = await findDestination(flags.destination);
  const { definition } = factory;
  const pipelineName = checkedPipelineName(
    flags.pipelineName ?? definition.pipelineName ?? definition.name,
  );
  const isBuiltIn = Object.hasOwn(builtInSources, source);
  return {
    source: isBuiltIn ? source : moduleOf(source),
    name: (isBuiltIn ? source : definition.name).replaceAll(/[^\w.-]+/g, "-").replace(/^[.-]+/, "") ||
      "source",
    runArguments: runArguments(isBuiltIn ? source : moduleOf(source), flags),
    pipelineName,
    destination: destination.name,
    projectDirectory: Deno.cwd(),
    schedule,
    variables: await neededVariables(factory({}), {
      destination,
      pipelineName,
      needsDestination: flags.keep === "destination",
    }),
  };
}

/** A module as it is named from the project, wherever the project is. */
function moduleOf(file: string): string {
  const below = relative(Deno.cwd(), file);
  if (!below.startsWith("..") && !isAbsolute(below)) return `./${below.replaceAll(sep, "/")}`;
  throw new ConfigError(`Cannot schedule "${file}": it is not in the project's folder`, {
    code: "outside-project",
    next: "go to the folder that holds it and .dlt, and run the command there",
  });
}

function runArguments(source: string, flags: DeployFlags): string[] {
  const { destination, resources, pipelineName, datasetName } = flags;
  return [
    source,
    "--destination",
    destination,
    ...resources ? ["--resources", resources.join(",")] : [],
    ...pipelineName !== undefined ? ["--pipeline-name", pipelineName] : [],
    ...datasetName !== undefined ? ["--dataset-name", datasetName] : [],
  ];
}

function textOf({ left, notes }: Deployed, written: readonly Written[]): string {
  return [
    ...written.map(({ path, isNew }) => `${isNew ? "Wrote" : "Kept "}  ${shownPath(path)}`),
    "",
    "Left to do",
    ...left.flatMap(({ what, commands }, index) => [
      `  ${index + 1}. ${what}`,
      ...commands.map((command) => `     ${command}`),
    ]),
    ...notes.length ? ["", ...notes.map((note) => `Note: ${note}`)] : [],
  ].join("\n");
}

function dataOf({ left, notes }: Deployed, written: readonly Written[]): Record<string, unknown> {
  const files = written.map(({ path, isNew }) => ({
    path: shownPath(path),
    action: isNew ? "written" : "kept",
  }));
  return { ok: true, files, left, notes };
}
