import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';

/** As much text as a JSON body may have. */
const MAX_TEXT_BYTES = 512 * 1024;

const NAME = /^[A-Za-z]\w{0,63}(\[\])?$/;

/** The name of the field that holds a whole JSON body, for what text cannot say. */
const JSON_FIELD = 'json';

/** The text fields of a form, which become a body like a JSON one. */
export class FormFields {
  readonly #values = new Map<string, unknown>();
  #json: object = {};
  #bytes = 0;

  /**
   * Takes a field. A name that comes again, or ends in `[]`, makes a list. What is in the field `json` is the body, to which
   * the other fields are added.
   * @throws AppError `invalid_body`, `invalid_json`, `body_too_large`
   */
  add(name: string, text: string): void {
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > MAX_TEXT_BYTES) throw new AppError('body_too_large', { message: 'The form has too much text.' });
    if (!NAME.test(name)) throw invalid('A field has a name that this request does not know.');
    if (name === JSON_FIELD) this.#json = objectIn(text);
    else this.#put(name, text);
  }

  /** The body that they make. */
  body(): Record<string, unknown> {
    return { ...this.#json, ...Object.fromEntries(this.#values) };
  }

  #put(name: string, text: string): void {
    const key = name.replace('[]', '');
    const before = this.#values.get(key);
    if (Array.isArray(before)) before.push(text);
    else if (before !== undefined) this.#values.set(key, [before, text]);
    else this.#values.set(key, name === key ? text : [text]);
  }
}

function objectIn(text: string): object {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid('The field "json" must be a JSON object.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid_json', { message: 'The field "json" is not valid JSON.', cause });
  }
}

function invalid(message: string): AppError {
  return new AppError('invalid_body', { message });
}

/** A number, also as the text that a form has. */
export const numberField = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}(\.\d{1,15})?$/)
      .transform(Number),
  ],
  { error: 'must be a number' },
);

/** A list, of which a form may have only one, without `[]`; `error` is what is wrong with another value. */
export function listField<Item extends z.ZodType>(item: Item, error: string) {
  return z.union([z.array(item), item.transform((one) => [one])], { error });
}
