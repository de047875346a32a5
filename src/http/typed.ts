import { z } from 'zod';

/**
 * A number as people write it. Some backends keep numbers as numbers; one with a sign or a fraction is a mistake of theirs.
 */
export const numberText = (error?: string) => z.union([z.string(), z.int().positive().transform(String)], { error });

/** For `transform`: what `parse` makes of what is given; else that is refused, with `complaint` after the field's name. */
export function typed<Given, Value>(parse: (given: Given) => Value | undefined, complaint: string) {
  return (given: Given, context: z.RefinementCtx): Value => {
    const value = parse(given);
    if (value !== undefined) return value;
    context.addIssue(complaint);
    return z.NEVER;
  };
}
