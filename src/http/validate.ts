import type { z } from 'zod';
import { AppError, type ErrorCode } from '../domain/errors.ts';

/**
 * Parses a body or the parameters of a path. An invalid field is refused with its code in `refusals`, or else with
 * `invalid_body` and a sentence that names the field. The messages of schemas therefore continue a sentence that starts with
 * the field's name ("must be true or false").
 * @throws AppError
 */
export function parse<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  refusals: Readonly<Record<string, ErrorCode>> = {},
): Value {
  return parsed(schema, value, (field, message) => refusal(field, message, refusals));
}

/**
 * Parses the query parameters. An invalid one is refused with its code in `refusals`, or else with `invalid_query` and a
 * sentence that names the parameter.
 * @throws AppError
 */
export function parseQuery<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  refusals: Readonly<Record<string, ErrorCode>> = {},
): Value {
  return parsed(schema, value, (name = '', message) => {
    const code = refusals[name];
    return code
      ? new AppError(code)
      : new AppError('invalid_query', { message: `The parameter "${name}" ${message}.` });
  });
}

/** Refuses the first issue: `field` is `undefined` when the value as a whole is wrong. */
function parsed<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  refuse: (field: string | undefined, message: string) => AppError,
): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refuse(issue?.path[0]?.toString(), issue?.message ?? '');
}

function refusal(field: string | undefined, message: string, refusals: Readonly<Record<string, ErrorCode>>): AppError {
  if (field === undefined) return new AppError('invalid_body', { message: 'The body must be a JSON object.' });
  const code = refusals[field];
  return code ? new AppError(code) : new AppError('invalid_body', { message: `The field "${field}" ${message}.` });
}
