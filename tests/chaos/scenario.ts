import { type Received } from '../harness/test-backend.ts';
import { type Dice } from './dice.ts';
import { type Ledger } from './ledger.ts';

/** How big a scenario is: numbers with names, which the command line can change. */
export type Size = Record<string, number>;

/** What a scenario found out. */
export interface Outcome {
  /** What was done and what came of it, in one line. */
  figure: string;
  /** What was promised and did not hold, in words; empty when all did. */
  problems: string[];
  /** What the messages were judged by, where there were some: to see that the judgement can fail. */
  evidence?: { ledger: Ledger; accepted: readonly Received[] };
}

/** Something that can go wrong in the world, and what may not be lost by it. */
export interface Scenario<Its extends Size = Size> {
  name: string;
  /** In one sentence. */
  proves: string;
  /** `short` runs with every test, `full` by `npm run chaos`. */
  sizes: { short: Its; full: Its };
  run(size: Its, dice: Dice): Promise<Outcome>;
}
