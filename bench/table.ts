import { type Bound, type Figure } from './bench.ts';
import { median } from './statistics.ts';

const HEAD = ['', 'median', 'from', 'to', 'must reach', ''];

/** Whether the median reaches the bound; `undefined` where there is none. */
function isReached({ values, bound }: Figure): boolean | undefined {
  if (bound === undefined) return undefined;
  const { atMost = Infinity, atLeast = -Infinity } = bound;
  const middle = median(values);
  return middle <= atMost && middle >= atLeast;
}

/** The figures of one bench as the rows of a Markdown table, which reads well on a terminal too. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head = '', ...body] = rows.map(line);
  return [head, rule, ...body].join('\n');
}

function row(figure: Figure): string[] {
  const { name, unit, values, bound } = figure;
  const number = (value: number): string => `${rounded(value)} ${unit}`;
  const reached = isReached(figure);
  return [
    name,
    number(median(values)),
    number(Math.min(...values)),
    number(Math.max(...values)),
    bound === undefined ? '' : inWords(bound, unit),
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ];
}

function inWords({ atMost, atLeast }: Bound, unit: string): string {
  const sides = [
    atMost === undefined ? [] : [`≤ ${atMost} ${unit}`],
    atLeast === undefined ? [] : [`≥ ${atLeast} ${unit}`],
  ];
  return sides.flat().join(', ');
}

/** Three digits that say something. */
function rounded(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

function isNumber(column: number): boolean {
  return column > 0 && column < 4;
}

function pad(cell: string, width: number, column: number): string {
  return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
}
