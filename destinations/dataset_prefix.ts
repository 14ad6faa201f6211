/**
 * The dataset's name in front of a table. Attaching a database under that name would be the natural way,
 * but Deno disables `ATTACH` unless it runs with all permissions, so the name is taken out of the statement.
 * @module
 */

// Text literals, quoted identifiers, comments, words, or any other single character.
const TOKEN_REGEXP =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_][\p{L}\p{N}_$]*|\s+|[\s\S]/gu;
const BLANK_REGEXP = /^(?:\s|--|\/\*)/;

/** The name an identifier stands for; undefined for other tokens. */
function identifierOf(token: string): string | undefined {
  if (/^[\p{L}_]/u.test(token)) return token;
  const close: Record<string, string> = { '"': '"', "`": "`", "[": "]" };
  const end = close[token[0]];
  return end && token.length > 1 ? token.slice(1, -1).replaceAll(end + end, end) : undefined;
}

/** The statement with `main` where the dataset's name qualifies something. */
export function withoutDataset(sql: string, datasetName: string): string {
  const tokens = sql.match(TOKEN_REGEXP) ?? [];
  const solid = tokens.map((_, index) => index).filter((index) => !BLANK_REGEXP.test(tokens[index]));
  solid.forEach((index, at) => {
    if (tokens[solid[at + 1]] !== "." || tokens[solid[at - 1]] === ".") return;
    if (identifierOf(tokens[index])?.toLowerCase() === datasetName.toLowerCase()) tokens[index] = "main";
  });
  return tokens.join("");
}
