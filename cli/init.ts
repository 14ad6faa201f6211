/**
 * `sluice init <name>`: a source module to start from, written from a few answers or an OpenAPI document.
 * @module
 */
import { basename } from "node:path";
import { type Command, Option } from "cli";
import { describeApi, hasResources, type Reading } from "../openapi/describe.ts";
import type { ApiDescription } from "../openapi/description.ts";
import { parseOpenApi } from "../openapi/document.ts";
import { SIGN_IN_KINDS, signIn, type SignInKind } from "../openapi/sign_in.ts";
import { Configuration } from "../pipeline/config.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { builtInSources } from "../sources/mod.ts";
import { COMMAND, helpEnd, nameList } from "./help.ts";
import { checkedBaseUrl } from "./init/base_url.ts";
import { originLines } from "./init/module_text.ts";
import { readDocumentFile } from "./init/document_file.ts";
import { writeFiles } from "./init/files.ts";
import { checkedListPath } from "./init/list_path.ts";
import { modulePath, type Places, planFiles, refuseExisting } from "./init/plan.ts";
import { askBaseUrl, askPath, askSignIn, type Respondent, terminalRespondent } from "./init/questions.ts";
import { type Report, reportData, reportText } from "./init/report.ts";
import { checkSourceName } from "./init/source_name.ts";
import { starterApi, starterHints } from "./init/starter.ts";
import { print } from "./print.ts";

/** The options of the command. */
export interface InitFlags {
  readonly baseUrl?: string;
  readonly auth?: SignInKind;
  readonly path?: readonly string[];
  readonly resource?: readonly string[];
  readonly fromOpenapi?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = [
  "init pets",
  "init pets --base-url https://api.example.com/v1 --auth bearer --path pets",
  "init pets --from-openapi petstore.yaml",
  "init pets --auth none --resource owners,pets --yes",
];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  command
    .argument("<name>", "name of the source: it becomes ./<name>.ts and [sources.<name>]")
    .option("--base-url <url>", "what all paths of the API are below")
    .addOption(new Option("--auth <how>", "how to sign in").choices(SIGN_IN_KINDS))
    .option("--path <path>", "path of a list to load; may be given again", collectPath)
    .option("--resource <names>", "lists whose path is their name, separated by commas", collectNames)
    .addOption(
      new Option("--from-openapi <file>", "take everything from an OpenAPI or Swagger document, JSON or YAML")
        .conflicts(["path", "resource"]),
    )
    .option("-y, --yes", "ask nothing; what is not known stays to be filled in")
    .option("--json", "print one JSON object instead of text, and ask nothing")
    .addHelpText("after", `\nFiles that are there are never overwritten.\n${helpEnd(EXAMPLES)}`)
    .action(async (name: string, flags: InitFlags) => {
      const isTerminal = Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
      const respondent = isTerminal && !flags.yes && !flags.json ? terminalRespondent() : undefined;
      const { folder, projectDirectory } = await Configuration.load({ projectDirectory: Deno.cwd() });
      const report = await init(name, flags, { directory: Deno.cwd(), folder, projectDirectory }, respondent);
      print(flags.json ? JSON.stringify(reportData(report)) : reportText(report));
    });
}

function collectPath(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function collectNames(text: string, before: readonly string[] = []): string[] {
  return [...before, ...nameList(text)];
}

/**
 * Writes the files of a new source, asking the respondent, if there is one, for what is not known.
 *
 * @throws {ConfigError} before anything is written
 */
export async function init(
  name: string,
  flags: InitFlags,
  places: Places,
  respondent?: Respondent,
): Promise<Report> {
  checkSourceName(name);
  await refuseExisting(name, places);
  const baseUrl = flags.baseUrl === undefined ? undefined : checkedBaseUrl(flags.baseUrl);
  const { api, reading } = flags.fromOpenapi === undefined
    ? { api: await starter({ ...flags, baseUrl }, respondent), reading: undefined }
    : await imported(flags.fromOpenapi, { ...flags, baseUrl }, respondent);
  // Nobody has said what to load.
  const isExample = !reading && !respondent && !flags.path && !flags.resource;
  const about = reading ? originLines(api) : [
    `The source "${name}": "${COMMAND} check ${modulePath(name)}" tries it, "${COMMAND} run ${
      modulePath(name)
    }" loads it.`,
  ];
  const hints = reading ? undefined : starterHints(api);
  const plan = await planFiles(api, { name, about, hints }, places);
  await writeFiles(plan.files);
  return { name, api, plan, reading, isExample, isBuiltIn: Object.hasOwn(builtInSources, name) };
}

async function starter(flags: InitFlags, respondent?: Respondent): Promise<ApiDescription> {
  const paths = [...new Set([...flags.resource ?? [], ...flags.path ?? []].map(checkedListPath))];
  return starterApi({
    baseUrl: flags.baseUrl ?? (respondent && await askBaseUrl(respondent)),
    signIn: flags.auth ?? (respondent ? await askSignIn(respondent) : "bearer"),
    paths: paths.length ? paths : [respondent ? await askPath(respondent) : "users"],
  });
}

async function imported(
  file: string,
  { baseUrl, auth }: InitFlags,
  respondent?: Respondent,
): Promise<{ api: ApiDescription; reading: Reading }> {
  const document = parseOpenApi(await readDocumentFile(file), file);
  const describe = (url?: string) =>
    describeApi(document, { file: basename(file), baseUrl: url, signIn: auth && signIn(auth) });
  let reading = describe(baseUrl);
  if (!hasResources(reading)) {
    throw new ConfigError(
      `Cannot make a source of "${file}": none of its ${reading.operations} endpoints answers a list`,
      {
        code: "openapi-no-endpoints",
        at: { file },
        next: `write the module by hand: ${COMMAND} init <name> --path <path>`,
      },
    );
  }
  if (reading.description.baseUrl === undefined && respondent) {
    const answer = await askBaseUrl(respondent);
    if (answer !== undefined) reading = describe(answer);
  }
  return { api: reading.description, reading };
}
