import { aligned, rounded } from './aligned.ts';
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
  return aligned({ head: HEAD, rows: figures.map(row), isNumber: (column) => column > 0 && column < 4 });
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
