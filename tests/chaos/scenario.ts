import type { Received } from '../harness/test-backend.ts';
import type { Dice } from './dice.ts';
import type { Ledger } from './ledger.ts';

/** The parameters of a scenario, which `--set` can override. */
export type Size = Record<string, number>;

/** The result of a scenario. */
export interface Outcome {
  /** A one-line summary of what was done and what came of it. */
  figure: string;
  /** The broken promises, in words; empty when all held. */
  problems: string[];
  /** The input of the comparison, if messages were sent, to check that it can fail. */
  evidence?: { ledger: Ledger; accepted: readonly Received[] };
}

/** A failure to provoke, and the proof that nothing is lost by it. */
export interface Scenario<Its extends Size = Size> {
  name: string;
  /** The promise, in one sentence. */
  proves: string;
  /** `short` is for the tests, `full` for `npm run chaos`. */
  sizes: { short: Its; full: Its };
  run(size: Its, dice: Dice): Promise<Outcome>;
}
