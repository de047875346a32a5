/** How a cell begins that a spreadsheet takes for a formula. Spaces before it do not help: some programs drop them. */
const FORMULA = /^\s*[=+\-@\t\r\n|%＝＋－＠]/;

/**
 * Cells as a CSV file that spreadsheets open as they are: UTF-8 with its mark, and nothing that strangers have written
 * runs as a formula.
 * @param {(string | null | undefined)[][]} rows
 * @returns {string}
 */
export function csv(rows) {
  return `\uFEFF${rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`;
}

function cell(value) {
  const text = String(value ?? '');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
