/** A cell of a table; numbers stand at the right. */
export type Cell = string | number | boolean | null | undefined;

const shown = (cell: Cell): string => (cell === null || cell === undefined ? '–' : cell === true ? 'yes' : cell === false ? 'no' : String(cell));
/** Text from elsewhere must not move the cursor. */
const harmless = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

/**
 * Rows as columns of text, with a heading and a rule under it.
 * @param headings one a column
 * @param rows as many cells as headings
 * @returns lines without a line break at the end; "none" for no rows
 */
export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return 'none';
  const texts = rows.map((row) => headings.map((_, column) => harmless(shown(row[column]))));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...texts.map((row) => (row[column] as string).length)));
  const numeric = headings.map((_, column) => texts.every((row) => /^[-−+]?[\d.,]+ ?%?$|^–$/.test(row[column] as string)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (numeric[column] === true ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number))).join('  ').trimEnd();
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...texts.map(line)].join('\n');
}

/** Names and values under one another. */
export function renderFacts(facts: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${harmless(shown(value))}`).join('\n');
}
