import { z } from 'zod';
import type { WarmUpChoice } from '../../domain/warm-up.ts';

const MAX_STAGES = 20;
const MAX_DAY = 365;
const MAX_BUDGET = 10_000;
const WANTED =
  `must be true, false, null, or a list of at most ${MAX_STAGES} stages {"from_day", "per_day"}: the days rise from 1 to at most ${MAX_DAY}, ` +
  `the budgets are whole numbers from 1 to ${MAX_BUDGET}, and that of the last stage may be null, which ends the warm-up`;

const stage = z.strictObject(
  {
    from_day: z.int(WANTED).min(1, WANTED).max(MAX_DAY, WANTED),
    per_day: z
      .int(WANTED)
      .min(1, WANTED)
      .max(MAX_BUDGET, WANTED)
      .nullable()
      .meta({ description: 'Conversations within 24 hours; null ends the warm-up.' }),
  },
  WANTED,
);

/** The stages of a warm-up, in the order of their days. */
export const warmUpStages = z.array(stage, WANTED);

/** A warm-up: the usual plan, none, or one of its own. */
export const warmUpChoice = z.union([z.boolean(), warmUpStages], WANTED);

/** A warm-up that a caller chooses. */
export const warmUpField = z
  .union([z.boolean(), warmUpStages.min(1, WANTED).max(MAX_STAGES, WANTED).refine(areInOrder, WANTED)], WANTED)
  .transform((choice): WarmUpChoice => (typeof choice === 'boolean' ? choice : choice.map(stageIn)));

function areInOrder(stages: z.infer<typeof warmUpStages>): boolean {
  return stages.every(({ from_day: day, per_day: budget }, at) => {
    const isLater = at === 0 ? day === 1 : day > (stages[at - 1]?.from_day ?? 0);
    return isLater && (budget !== null || (at > 0 && at === stages.length - 1));
  });
}

function stageIn({ from_day: fromDay, per_day: perDay }: z.infer<typeof stage>) {
  return { fromDay, perDay };
}
