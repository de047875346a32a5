import { z } from 'zod';
import { AppError } from '../../../src/domain/errors.ts';
import { parse } from '../../../src/http/validate.ts';

const schema = z.object({ name: z.string('must be a text'), count: z.int('must be a whole number') });

function refusalOf(value: unknown, refusals = {}): { code: string; message: string } {
  try {
    parse(schema, value, refusals);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message };
  }
  throw new Error('it was not refused');
}

describe('parse', () => {
  it('returns the typed value, without unknown fields', () => {
    expect(parse(schema, { name: 'a', count: 1, more: true })).toEqual({ name: 'a', count: 1 });
  });

  it('names the invalid field', () => {
    expect(refusalOf({ name: 'a', count: 1.5 })).toEqual({
      code: 'invalid_body',
      message: 'The field "count" must be a whole number.',
    });
  });

  it('refuses with the code of the field, if it has one', () => {
    expect(refusalOf({ name: 1, count: 1 }, { name: 'invalid_number' }).code).toBe('invalid_number');
    expect(refusalOf({ name: 'a', count: 'b' }, { name: 'invalid_number' }).code).toBe('invalid_body');
  });

  it('reports the first invalid field', () => {
    expect(refusalOf({}).message).toBe('The field "name" must be a text.');
  });

  it.each([[undefined], [null], [[]], ['text'], [1]])('refuses %j as a whole', (value) => {
    expect(refusalOf(value)).toEqual({ code: 'invalid_body', message: 'The body must be a JSON object.' });
  });
});
