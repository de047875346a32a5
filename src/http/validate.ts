import type { z } from 'zod';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { missingField, pathText } from './misspelled.ts';

/**
 * Parses a body or the parameters of a path. An invalid field is refused with its code in `refusals`, or else with
 * `invalid_body` and a sentence that names the field. The messages of schemas therefore continue a sentence that starts with
 * the field's name ("must be true or false"). The error carries the whole path of the field, which starts with `within` if the
 * value is itself a field.
 * @throws AppError
 */
export function parse<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  refusals: Readonly<Record<string, ErrorCode>> = {},
  within?: string,
): Value {
  return parsed(schema, value, (invalid) => bodyRefusal(invalid, refusals, within));
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
  return parsed(schema, value, ({ name = '', path, message, instead }) => {
    const code = refusals[name];
    const sentence = instead?.('parameter') ?? (code ? undefined : `The parameter "${name}" ${message}.`);
    return new AppError(code ?? 'invalid_query', { ...(sentence && { message: sentence }), field: path });
  });
}

/** What is wrong with a value. */
interface Invalid {
  /** The field of the value that is wrong, or contains what is wrong; undefined when the value as a whole is wrong. */
  name: string | undefined;
  /** The whole path of what is wrong, as the caller spelled it. */
  path: string;
  /** Continues a sentence that starts with the field's name. */
  message: string;
  /** The sentence about an unknown field, called a field or a parameter, that stands where one is missing. */
  instead: ((what: string) => string) | undefined;
}

/** Refuses the first issue. */
function parsed<Value>(schema: z.ZodType<Value>, value: unknown, refuse: (invalid: Invalid) => AppError): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refuse(described(schema, value, { message: issue?.message ?? '', path: pathOf(issue) }));
}

/** Where it is wrong: at a field that a strict object does not have, if that is why. */
function pathOf(issue: z.core.$ZodIssue | undefined): PropertyKey[] {
  if (!issue) return [];
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

function described(
  schema: z.ZodType,
  value: unknown,
  { path, message }: { path: PropertyKey[]; message: string },
): Invalid {
  const name = path[0]?.toString();
  const missing = missingField(schema, value, path);
  const { misspelled, unknown } = missing ?? {};
  const wanted = String(path.at(-1));
  if (misspelled !== undefined) {
    const place = pathText([...path.slice(0, -1), misspelled]);
    const instead = (what: string) => `The ${what} "${place}" is unknown; did you mean "${wanted}"?`;
    return { name, path: place, message, instead };
  }
  const sent = unknown === undefined ? undefined : pathText([...path.slice(0, -1), unknown]);
  const instead = (what: string) => `The ${what} "${pathText(path)}" is missing, and "${sent ?? ''}" is unknown.`;
  return { name, path: pathText(path), message, instead: sent === undefined ? undefined : instead };
}

function bodyRefusal(
  { name, path, message, instead }: Invalid,
  refusals: Readonly<Record<string, ErrorCode>>,
  within: string | undefined,
): AppError {
  if (name === undefined) {
    return new AppError('invalid_body', { message: 'The body must be a JSON object.', field: within });
  }
  const code = refusals[name];
  const sentence = instead?.('field') ?? (code ? undefined : `The field "${name}" ${message}.`);
  const field = within === undefined ? path : `${within}.${path}`;
  return new AppError(code ?? 'invalid_body', { ...(sentence && { message: sentence }), field });
}
