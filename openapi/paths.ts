/**
 * Paths with parameters in braces: taken apart, compared, and written for the declarative grammar.
 * @module
 */

/** A path of the document, taken apart. */
export interface PathTemplate {
  readonly raw: string;
  /** Fixed text and parameters in turn: text, parameter, text, …, text. */
  readonly pieces: readonly string[];
  readonly parameters: readonly PathParameter[];
  /** The path with nothing in its braces: equal for paths that differ in the names of parameters only. */
  readonly key: string;
  /** The last segment holds a parameter: one record rather than a list. */
  readonly endsInParameter: boolean;
}

/** A parameter in a path. */
export interface PathParameter {
  readonly name: string;
  /** Key of the path that would list what the parameter names, e.g. `/users` in `/users/{id}/posts`. */
  readonly listKey: string;
}

/** Takes a path apart. */
export function pathTemplate(raw: string): PathTemplate {
  const pieces = raw.split(/\{([^{}]*)\}/);
  const parameters: PathParameter[] = [];
  let before = "";
  for (let index = 0; index < pieces.length; index += 2) {
    before += pieces[index];
    if (index + 1 < pieces.length) {
      parameters.push({ name: pieces[index + 1], listKey: keyOf(before.replace(/\(['"]?$/, "")) });
      before += "{}";
    }
  }
  const last = before.split(/[?#]/)[0].replace(/\/+$/, "").split("/").at(-1)!;
  return { raw, pieces, parameters, key: keyOf(before), endsInParameter: last.includes("{}") };
}

function keyOf(path: string): string {
  return `/${path.split(/[?#]/)[0].replace(/\.json$/i, "").replace(/^\/+|\/+$/g, "")}`;
}

/** The path with each parameter replaced; braces that are no parameters are doubled, as the grammar wants it. */
export function writePath({ pieces }: PathTemplate, replacements: readonly string[]): string {
  return pieces.map((piece, index) => (index % 2 ? replacements[(index - 1) / 2] : escapeBraces(piece))).join(
    "",
  )
    .replace(/^\/+/, "");
}

/** A text in which braces stand for themselves. */
export function escapeBraces(text: string): string {
  return text.replace(/[{}]/g, "$&$&");
}
