import { z } from 'zod';

/** A phone number as people write it. Some backends store numbers as numbers; a sign or a fraction is an error. */
export const numberText = (error?: string) => z.union([z.string(), z.int().positive().transform(String)], { error });

/** For `transform`: parses the given value, or refuses it with `complaint`, which follows the field's name. */
export function typed<Given, Value>(parse: (given: Given) => Value | undefined, complaint: string) {
  return (given: Given, context: z.RefinementCtx): Value => {
    const value = parse(given);
    if (value !== undefined) return value;
    context.addIssue(complaint);
    return z.NEVER;
  };
}

/** A text that is parsed, or refused with `complaint`. */
export const parsedText = <Value>(parse: (text: string) => Value | undefined, complaint: string) =>
  z.string({ error: complaint }).transform(typed(parse, complaint));
