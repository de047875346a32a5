/** What a figure must reach; without either there is nothing to reach. */
export interface Bound {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One thing that was measured, once in each run. */
export interface Figure {
  readonly name: string;
  /** As it stands behind the number: `ms`, `MB`, `x`, `/s`, … */
  readonly unit: string;
  readonly values: readonly number[];
  readonly bound?: Bound;
}

/** Numbers that say how much is done: sessions, messages, seconds. */
export type Size = Readonly<Record<string, number>>;

/** What a bench is given. */
export interface BenchTask<Numbers extends Size = Size> {
  readonly size: Numbers;
  /** How often everything is measured. */
  readonly runs: number;
  /** An existing folder for databases and logs; it is removed afterwards. */
  readonly folder: string;
  /** Where CPU profiles of what is measured go; nowhere without it. */
  readonly profiles: string | undefined;
  /** Says how far it is. */
  say(text: string): void;
}

/** One bench. */
export interface Bench<Numbers extends Size = Size> {
  readonly name: string;
  /** What it measures, in one sentence. */
  readonly measures: string;
  /** `full` is what counts; `quick` only shows that it works. */
  readonly sizes: { readonly full: Numbers; readonly quick: Numbers };
  run(task: BenchTask<Numbers>): Promise<Figure[]>;
}
