import { z } from 'zod';

/** A list of 1 to `max` of something; `what` names it in the refusal. */
export function listOf<Item extends z.ZodType>(item: Item, max: number, what: string) {
  const wanted = `must be a list of 1 to ${max} ${what}`;
  return z.array(item, wanted).min(1, wanted).max(max, wanted);
}
