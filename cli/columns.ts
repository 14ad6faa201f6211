/**
 * Text in columns: cells are padded to the widest of their column, except the last of a row.
 * @module
 */

/** How columns are laid out. */
export interface ColumnsOptions {
  /** Before each line. @default "  " */
  readonly indent?: string;
  /** Widths that are settled beforehand, by column. */
  readonly widths?: readonly number[];
  /** No column is padded further than this, since one cell may be very long. @default 60 */
  readonly most?: number;
}

/** Lines of aligned columns. */
export function aligned(
  rows: readonly (readonly string[])[],
  { indent = "  ", widths = [], most = 60 }: ColumnsOptions = {},
): string[] {
  const width = (column: number) =>
    widths[column] ?? Math.min(most, Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => column < row.length - 1 ? cell.padEnd(width(column)) : cell);
    return (indent + cells.join("  ")).trimEnd();
  });
}
