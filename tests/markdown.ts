/**
 * A page of Markdown as a reader sees it: its tables, and whether any text in it became markup. Escapes are
 * read as CommonMark has them. Holds no tests itself.
 * @module
 */

/** What is seen. */
export interface Shown {
  /** Rows of each table, with their cells as text. */
  readonly tables: string[][][];
  readonly links: string[];
  readonly emphasis: boolean;
  readonly code: boolean;
}

/** Reads a page whose own markup is headings, tables, quotes and bold text in quotes. */
export function marked(page: string): Shown {
  const blocks = page.split(/\n{2,}/);
  const tables = blocks.filter((block) => block.startsWith("| ")).map((block) =>
    block.split("\n").filter((_, index) => index !== 1).map(cellsOf)
  );
  // What is left of the text once everything behind a backslash is gone can only be markup.
  const bare = blocks.filter((block) => !/^\| /.test(block)).join("\n").replaceAll(/\\./g, "")
    .replaceAll(/^> \*\*.*\*\* /gm, "").replaceAll(/^#+ /gm, "");
  const inTables = blocks.filter((block) => /^\| /.test(block)).join("\n").replaceAll(/\\./g, "");
  const all = bare + inTables.replaceAll(/^\| (?:-+:? \| )*-+:? \|$/gm, "");
  return {
    tables,
    links: all.match(/\]\(|https?:\/\/|<https?:/g) ?? [],
    emphasis: /[*_~]/.test(all),
    code: /`/.test(all),
  };
}

function cellsOf(row: string): string[] {
  const cells = row.replace(/^\| /, "").replace(/ \|$/, "").split(/(?<!(?<!\\)(?:\\\\)*\\) \| /);
  return cells.map((cell) => cell.replaceAll(/\\(.)/g, "$1"));
}
