/**
 * The text of a source module, written from what is known of an API.
 * @module
 */
import { type ApiDescription, type ParameterDescription, ParameterUse } from "../../openapi/description.ts";
import {
  type Code,
  CodeList,
  CodeObject,
  commentText,
  LINE_WIDTH,
  objectOf,
  Remark,
  stringLiteral,
  writeExpanded,
} from "./code.ts";
import { paginatorCode, resourceItems } from "./resource_code.ts";

/** How a module is written. */
export interface ModuleOptions {
  /** Name of the source. */
  readonly name: string;
  /** Lines of the comment at its top. */
  readonly about: readonly string[];
  /** Comments that show what else can be written; for a module to learn from. */
  readonly hints?: { readonly client: readonly Remark[]; readonly resources: readonly Remark[] };
}

const MAX_LEFT_OUT = 30;
const MAX_HELP = 78;

/** Writes the module. */
export function moduleText(api: ApiDescription, { name, about, hints }: ModuleOptions): string {
  const parameters = parametersOf(api);
  const { defaults, items } = resourceItems(api.resources);
  const left = api.leftOut.slice(0, MAX_LEFT_OUT).map(({ operation, reason }) =>
    new Remark(`Left out: ${commentText(operation, 70)} (${commentText(reason, 60)})`)
  );
  if (api.leftOut.length > MAX_LEFT_OUT) {
    left.push(new Remark(`and ${api.leftOut.length - MAX_LEFT_OUT} more`));
  }
  const body = new CodeObject([
    ["client", clientCode(api, hints?.client ?? [])],
    ["resource_defaults", defaults],
    ["resources", new CodeList([...items, ...hints?.resources ?? [], ...left])],
  ]);
  return [
    "/**",
    ...about.map((line) => ` * ${line}`.trimEnd()),
    " * @module",
    " */",
    'import { defineSource } from "@sluice/sluice";',
    "",
    `export default defineSource(${stringLiteral(name)}, ${writeExpanded(parametersCode(parameters))}, ${
      argumentsText(parameters)
    } => (${writeExpanded(body)}));`,
    "",
  ].join("\n");
}

/** All parameters of the source, in order. */
export function parametersOf(api: ApiDescription): ParameterDescription[] {
  const baseUrl: ParameterDescription = {
    name: "base_url",
    type: "text",
    help: "Where the API lives.",
    ...(api.baseUrl === undefined
      ? { isRequired: true, placeholder: api.baseUrlPlaceholder }
      : { default: api.baseUrl }),
  };
  return [baseUrl, ...api.signIn.parameters, ...api.parameters];
}

function parametersCode(parameters: readonly ParameterDescription[]): CodeObject {
  return new CodeObject(parameters.map((each) => {
    const { name, type, isSecret, isRequired, oneOf, help, obtain } = each;
    const spec: Record<string, Code> = { type };
    if (isSecret) spec.secret = true;
    if (isRequired) spec.required = true;
    if (each.default !== undefined) spec.default = each.default;
    if (oneOf) spec.oneOf = oneOf;
    spec.help = prose(help);
    if (obtain?.trim()) spec.obtain = prose(obtain, 160);
    return [name, objectOf(spec)];
  }));
}

/** Text for a person: one sentence where it has several, and short. */
function prose(text: string, longest = MAX_HELP): string {
  const line = commentText(text, 400).replaceAll('"', "'");
  const sentence = /^.{10,}?(?<!\b(?:e\.g|i\.e|etc|vs|No))[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
  return commentText(sentence, longest);
}

function clientCode(
  { baseUrlNotes, signIn, paginator }: ApiDescription,
  hints: readonly Remark[],
): CodeObject {
  return new CodeObject([
    ...baseUrlNotes.map(remark),
    ["base_url", new ParameterUse("base_url")],
    ...signIn.notes.map(remark),
    ...(signIn.auth ? [["auth", objectOf(signIn.auth)] as const] : []),
    ...(paginator ? [["paginator", paginatorCode(paginator)] as const] : []),
    ...hints,
  ]);
}

/** A note with a capital letter; its words may be the document's. */
function remark(note: string): Remark {
  const text = commentText(note, 140);
  return new Remark(text[0].toUpperCase() + text.slice(1));
}

function argumentsText(parameters: readonly ParameterDescription[]): string {
  const names = parameters.map(({ name }) => name);
  const flat = `({ ${names.join(", ")} })`;
  // It stands behind the end of the parameters and before the start of the body.
  if (`}, ${flat} => ({`.length <= LINE_WIDTH) return flat;
  return `({\n${names.map((name) => `  ${name},\n`).join("")}})`;
}

/** The comment at the top of a module that was written from a document: where it comes from. */
export function originLines({ origin }: ApiDescription): string[] {
  const title = commentText(origin?.title || "an API without a title");
  const version = commentText(origin?.version ?? "", 40);
  return [
    `Loads "${title}"${version ? `, version ${version}` : ""}.`,
    "",
    `Written from "${
      commentText(origin?.file ?? "")
    }" and yours to edit: it is never written again. Guesses are comments.`,
  ];
}
