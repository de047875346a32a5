import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { parseJson } from '../json-text.ts';

/** The same limit as for JSON bodies. */
const MAX_TEXT_BYTES = 512 * 1024;

const NAME = /^[A-Za-z]\w{0,63}(\[\])?$/;

/** The field that can hold a whole JSON body, for values that plain text cannot express. */
const JSON_FIELD = 'json';

/** Collects the text fields of a form into a body like that of a JSON request. */
export class FormFields {
  readonly #values = new Map<string, unknown>();
  #json: object = {};
  #bytes = 0;

  /**
   * Adds a field. A repeated name, or one that ends in `[]`, makes a list. The field `json` is the body that the other fields
   * are added to.
   * @throws AppError `invalid_body`, `invalid_json`, `body_too_large`
   */
  add(name: string, text: string): void {
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > MAX_TEXT_BYTES)
      throw new AppError('body_too_large', { message: 'The form contains too much text.' });
    if (!NAME.test(name)) throw invalid('The form has a field with an invalid name.');
    if (name === JSON_FIELD) this.#json = objectIn(text);
    else this.#put(name, text);
  }

  /** The resulting body. */
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
    return parseJson(Buffer.from(text));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid_json', { message: 'The field "json" is not valid JSON.', cause });
  }
}

function invalid(message: string): AppError {
  return new AppError('invalid_body', { message });
}

/** A number, or its text in a form. */
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

/** A list; in a form a single item does not need `[]`. `error` completes the sentence of the refusal. */
export function listField<Item extends z.ZodType>(item: Item, error: string) {
  return z.union([z.array(item), item.transform((one) => [one])], { error });
}
