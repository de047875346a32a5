import { aligned, rounded } from '../aligned.ts';
import type { Figure } from '../bench.ts';
import { median, medianInterval, ratios } from '../statistics.ts';

/** The results of one bench in one run of one checkout. */
export interface Measured {
  bench: string;
  figures: readonly Figure[];
}

/** A run of the other checkout and one of this, one right after the other. */
export interface Pair {
  before: readonly Measured[];
  now: readonly Measured[];
}

/** One figure of both checkouts. */
export interface Compared {
  bench: string;
  name: string;
  unit: string;
  /** Medians. */
  before: number;
  now: number;
  /** The median of the pairs' ratios, now to before. */
  ratio: number;
  /** Where the true ratio is with 95 % certainty; undefined with fewer than six pairs, which cannot tell. */
  interval: [from: number, to: number] | undefined;
  /** What can be said of it: `same` is within the noise, and `unknown` has too few pairs. */
  verdict: 'better' | 'worse' | 'same' | 'unknown';
}

/** Compares each figure that all runs have, pair by pair: what slows the machine down for a while slows both of a pair. */
export function compare(pairs: readonly Pair[]): Compared[] {
  const [first] = pairs;
  return (first?.now ?? []).flatMap(({ bench, figures }) =>
    figures.flatMap((figure) => comparedOf(bench, figure, pairs)),
  );
}

/** A Markdown table, aligned for a terminal. */
export function comparisonTable(compared: readonly Compared[]): string {
  const head = ['', '', 'before', 'now', 'change', '95 % between', ''];
  return aligned({ head, rows: compared.map(row), isNumber: (column) => column >= 2 && column <= 5 });
}

function comparedOf(bench: string, { name, unit }: Figure, pairs: readonly Pair[]): Compared[] {
  const before = pairs.flatMap((pair) => valuesIn(pair.before, bench, name));
  const now = pairs.flatMap((pair) => valuesIn(pair.now, bench, name));
  if (before.length !== now.length || [...before, ...now].some((value) => !(value > 0))) return [];
  const all = ratios(now, before);
  const interval = medianInterval(all);
  const compared = { before: median(before), now: median(now), ratio: median(all), interval };
  return [{ bench, name, unit, ...compared, verdict: verdictOf(interval, unit) }];
}

function valuesIn(measured: readonly Measured[], bench: string, name: string): readonly number[] {
  const figures = measured.find((it) => it.bench === bench)?.figures;
  return figures?.find((figure) => figure.name === name)?.values ?? [];
}

/** Of rates more is better, of all else less. */
function verdictOf(interval: Compared['interval'], unit: string): Compared['verdict'] {
  if (!interval) return 'unknown';
  const [from, to] = interval;
  if (from <= 1 && to >= 1) return 'same';
  return from > 1 === (unit === '/s') ? 'better' : 'worse';
}

const WORDS = { better: 'BETTER', worse: 'WORSE', same: 'within the noise', unknown: 'too few pairs' } as const;

function row({ bench, name, unit, before, now, ratio, interval, verdict }: Compared): string[] {
  const number = (value: number): string => `${rounded(value)} ${unit}`;
  const range = interval ? interval.map(percent).join(' … ') : '';
  return [bench, name, number(before), number(now), percent(ratio), range, WORDS[verdict]];
}

function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  return `${change < 0 ? '−' : '+'}${rounded(Math.abs(change))} %`;
}
