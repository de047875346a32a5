import type { InstalledGateway } from './gateway/adapter.ts';

/** The target of a figure. */
export interface Bound {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One measured quantity, with one value per run. */
export interface Figure {
  readonly name: string;
  /** `ms`, `MB`, `x`, `/s`, … */
  readonly unit: string;
  readonly values: readonly number[];
  readonly bound?: Bound;
}

/** The scale of a bench: sessions, messages, seconds. */
export type Size = Readonly<Record<string, number>>;

/** The parameters of one bench. */
export interface BenchTask<Numbers extends Size = Size> {
  readonly size: Numbers;
  /** How many times everything is measured. */
  readonly runs: number;
  /** An existing folder for databases and logs. It is removed afterwards. */
  readonly folder: string;
  /** The folder for CPU profiles; undefined to take none. */
  readonly profiles: string | undefined;
  /** The gateways that the bench `gateway` compares; empty for the other benches. */
  readonly gateways: readonly InstalledGateway[];
  /** Reports progress. */
  log(text: string): void;
}

/** A benchmark. */
export interface Bench<Numbers extends Size = Size> {
  readonly name: string;
  /** What it measures, in one phrase. */
  readonly measures: string;
  /** `full` produces valid figures; `quick` only shows that the bench works. */
  readonly sizes: { readonly full: Numbers; readonly quick: Numbers };
  run(task: BenchTask<Numbers>): Promise<Figure[]>;
}
