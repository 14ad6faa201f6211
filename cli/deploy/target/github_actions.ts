/**
 * `deploy github-actions <source>`: a workflow that loads the source on a schedule and keeps its data between
 * runs.
 * @module
 */
import { dirname, join, relative, sep } from "node:path";
import { type Command, Option } from "cli";
import { ConfigError } from "../../../pipeline/errors.ts";
import { integerFrom } from "../../help.ts";
import type { Deployed, Deployment, Target } from "../deployment.ts";
import { shellLine, shellWord, workflowText } from "../quote.ts";
import { actions } from "../workflow/actions.ts";
import { keeps } from "../workflow/keep/mod.ts";
import { DATA_FOLDER, type Keep, workflowName, type WorkflowPart } from "../workflow/parts.ts";
import { AFTER_LOAD, downloadStep, keepOfFailureStep } from "../workflow/runs.ts";
import { programs } from "../workflow/with/mod.ts";
import { type Step, workflowFile } from "../workflow/workflow.ts";

/** GitHub Actions. */
export const githubActions: Target = {
  name: "github-actions",
  summary: "Write a workflow of GitHub that loads a source on a schedule",
  define(command: Command) {
    const standard = Deno.build.standalone ? "binary" : "deno";
    command
      .addOption(
        new Option("--with <what>", "what the runner runs").choices(programs.map(({ name }) => name)).default(
          standard,
        ),
      )
      .addOption(
        new Option("--keep <where>", "where data and state live between runs").choices(
          keeps.map(({ name }) => name),
        ).default(keeps[0].name),
      )
      .option("--timeout <minutes>", "after which a run is stopped; the next goes on", integerFrom(1), 60);
    for (const part of [...programs, ...keeps]) part.define?.(command);
  },
  async plan(deployment, flags) {
    const root = await repositoryRoot(deployment.projectDirectory);
    const below = relative(root, deployment.projectDirectory).replaceAll(sep, "/");
    const keep = keeps.find(({ name }) => name === flags.keep)!;
    const program = await programs.find(({ name }) => name === flags.with)!.plan(flags);
    const kept = keep.plan(deployment, flags);
    const file = workflowName(deployment.name);
    const path = join(root, ".github", "workflows", file);
    const text = workflowFile(
      headOf(deployment, keep),
      workflowOf(deployment, { keep, kept, program, below, timeoutMinutes: Number(flags.timeout) }),
    );
    return {
      files: [{ path, text }],
      left: leftToDo(deployment, file, relative(Deno.cwd(), path)),
      notes: kept.notes ?? [],
    };
  },
};

/** The folder that is a repository of git. */
async function repositoryRoot(projectDirectory: string): Promise<string> {
  for (let folder = projectDirectory;; folder = dirname(folder)) {
    if (await Deno.stat(join(folder, ".git")).catch(() => undefined)) return folder;
    if (dirname(folder) !== folder) continue;
    throw new ConfigError("Cannot write a workflow: the project is in no repository of git", {
      code: "no-repository",
      at: { file: projectDirectory },
      next: "run it in a clone of the repository that is to run the workflow, or run git init",
    });
  }
}

interface Parts {
  readonly keep: Keep;
  readonly kept: WorkflowPart;
  readonly program: WorkflowPart & { readonly words: readonly string[] };
  /** The project's folder from the repository's, empty when they are the same. */
  readonly below: string;
  readonly timeoutMinutes: number;
}

function workflowOf(deployment: Deployment, parts: Parts): unknown {
  const { name, schedule } = deployment;
  const { kept, program, below, timeoutMinutes } = parts;
  return {
    name: `Sluice: ${name}`,
    on: { schedule: [{ cron: schedule.cron }], workflow_dispatch: {} },
    permissions: {},
    // One after the other: a run that is under way is waited for, not cut off.
    concurrency: { group: `sluice-${name}`, "cancel-in-progress": false },
    jobs: {
      load: {
        "runs-on": "ubuntu-24.04",
        "timeout-minutes": timeoutMinutes,
        permissions: { contents: "read", actions: "read", ...program.permissions, ...kept.permissions },
        outputs: Object.fromEntries(
          ["rows", "load_id", "schema_changed"].map((each) => [each, `\${{ steps.load.outputs.${each} }}`]),
        ),
        env: kept.env,
        defaults: { run: { shell: "bash", "working-directory": below ? workflowText(below) : undefined } },
        steps: stepsOf(deployment, parts).map((step) => inFolder(step, below)),
      },
    },
  };
}

function stepsOf(deployment: Deployment, { keep, kept, program }: Parts): Step[] {
  const { name, pipelineName, runArguments, variables } = deployment;
  const left = { artifact: `sluice-package-${name}`, folder: `.dlt/.var/${pipelineName}/packages` };
  return [
    { name: "Check out", uses: actions.checkout },
    ...program.before ?? [],
    ...kept.before ?? [],
    downloadStep({
      name: "Take up what a failed run left",
      workflow: workflowName(name),
      from: "failed",
      ...left,
    }),
    {
      name: "Load",
      id: "load",
      env: filled({
        ...keep.isLocal ? localDestination(deployment) : {},
        ...Object.fromEntries(variables.map((each) => [each, `\${{ secrets.${secretName(each)} }}`])),
      }),
      run: workflowText(shellLine([...program.words, "run", ...runArguments])),
    },
    ...(kept.after ?? []).map((step) => ({ ...step, if: AFTER_LOAD })),
    keepOfFailureStep({ name: "Keep the load package of a failed run", ...left }),
  ];
}

/** GitHub refuses an environment without variables. */
function filled<T extends object>(values: T): T | undefined {
  return Object.keys(values).length ? values : undefined;
}

/** Paths of actions start at the repository, those of scripts at the project. */
function inFolder(step: Step, below: string): Step {
  const path = step.with?.path;
  return below && typeof path === "string"
    ? { ...step, with: { ...step.with, path: workflowText(`${below}/${path}`) } }
    : step;
}

/** Where the destinations of this machine put their data, by the variable that says so. */
const LOCAL: Readonly<Record<string, (name: string) => Record<string, string>>> = {
  sqlite: (name) => ({ DESTINATION__SQLITE__CREDENTIALS: `sqlite:///${DATA_FOLDER}/${name}.sqlite` }),
  filesystem: (name) => ({ DESTINATION__FILESYSTEM__BUCKET_URL: `${DATA_FOLDER}/${name}` }),
};

function localDestination({ destination, name }: Deployment): Record<string, string> {
  if (Object.hasOwn(LOCAL, destination)) return LOCAL[destination](name);
  throw new ConfigError(`Cannot keep the data of ${destination} between runs: it is not on the runner`, {
    code: "keep-elsewhere",
    next: "take --keep destination",
  });
}

/** Names of secrets hold letters, digits and underscores only. */
function secretName(variable: string): string {
  return variable.replaceAll(/[^A-Z0-9_]/g, "_");
}

function headOf({ source, pipelineName, destination, schedule }: Deployment, keep: Keep): string[] {
  return [
    `Loads ${source} into ${destination} at "${schedule.cron}" (UTC), and by hand from the Actions page.`,
    `Data and state of pipeline ${pipelineName} live ${keep.summary}.`,
    "Written by Sluice; change it as you like.",
  ];
}

function leftToDo({ source, variables }: Deployment, file: string, path: string): Deployed["left"] {
  const commit = `git commit -m ${shellWord(`Load ${source} on a schedule`)}`;
  return [
    ...variables.length
      ? [{
        what: "Set the secrets; each command asks for its value",
        commands: variables.map((each) => `gh secret set ${secretName(each)}`),
      }]
      : [],
    {
      what: "Commit the workflow to the default branch",
      commands: [`git add ${shellWord(path)} && ${commit} && git push`],
    },
    { what: "Run it once now", commands: [`gh workflow run ${file}`] },
  ];
}
