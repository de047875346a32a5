import type { Bound, Figure } from './bench.ts';
import { median } from './statistics.ts';

const HEAD = ['', 'median', 'from', 'to', 'must reach', ''];

/** Whether the median meets the bound; undefined without one. */
export function isReached({ values, bound }: Figure): boolean | undefined {
  if (bound === undefined) return undefined;
  const { atMost = Infinity, atLeast = -Infinity } = bound;
  const middle = median(values);
  return middle <= atMost && middle >= atLeast;
}

/** Formats the figures of one bench as a Markdown table, aligned for a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const formatRow = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head = '', ...body] = rows.map(formatRow);
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
    bound === undefined ? '' : formatBound(bound, unit),
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ];
}

function formatBound({ atMost, atLeast }: Bound, unit: string): string {
  const sides = [
    atMost === undefined ? [] : [`≤ ${atMost} ${unit}`],
    atLeast === undefined ? [] : [`≥ ${atLeast} ${unit}`],
  ];
  return sides.flat().join(', ');
}

/** Formats a number with about three significant digits. */
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
