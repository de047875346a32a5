import { z } from 'zod';
import { AppError } from '../../../src/domain/errors.ts';
import { parse, parseQuery } from '../../../src/http/validate.ts';

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

  describe('says in `field` which one is wrong', () => {
    const card = z.object({ phone: z.string('must be a text'), full_name: z.string().optional() });
    const nested = z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('card'), reply_to: z.string().default(''), cards: z.array(card) }),
        z.object({ type: z.literal('text'), message: z.string('must be a text') }).transform((it) => it),
      ])
      .meta({ id: 'OfThisTest' });
    const strict = z.object({ file: z.strictObject({ url: z.string() }) });

    it.each([
      ['a value', { type: 'text', message: 1 }, nested, 'message', 'The field "message" must be a text.'],
      ['one in a list', { type: 'card', cards: [{ phone: '1' }, { phone: 2 }] }, nested, 'cards[1].phone'],
      ['one that is missing', { type: 'text' }, nested, 'message', 'The field "message" must be a text.'],
      [
        'a misspelling',
        { type: 'text', mesage: 'hola' },
        nested,
        'mesage',
        'The field "mesage" is unknown; did you mean "message"?',
      ],
      ['an exchange of letters', { tpye: 'text', message: 'hola' }, nested, 'tpye'],
      ['a misspelling in a list', { type: 'card', cards: [{ fone: '1', Phone: '1' }] }, nested, 'cards[0].Phone'],
      [
        'an unknown field beside what is missing',
        { type: 'text', body: 'hola' },
        nested,
        'message',
        'The field "message" is missing, and "body" is unknown.',
      ],
      ['no field that another type has', { type: 'text', cards: [] }, nested, 'message'],
      ['a field that a strict object lacks', { file: { url: 'a', uri: 'b' } }, strict, 'file.uri'],
      ['a list as a whole', { type: 'card', cards: 'no' }, nested, 'cards'],
    ])('%s', (_what, value, of, ...expected) => {
      const [field, ...messages] = expected;
      const error = refusedBy(of, value);
      expect(error.field).toBe(field);
      for (const message of messages) expect(error.message).toBe(message);
    });

    it('keeps the code of the field that is misspelled, and repeats nothing unprintable or long', () => {
      const refusals = { message: 'invalid_message' } as const;
      expect(refusedBy(nested, { type: 'text', mesage: 'hola' }, refusals).code).toBe('invalid_message');
      const hostile = { type: 'text', ['x'.repeat(65)]: 1, 'mess\u202eage': 1, '<b>': 1, __proto__: null };
      expect(refusedBy(nested, hostile).message).toBe('The field "message" must be a text.');
      const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`mesag${at}`, at]));
      expect(refusedBy(nested, { ...many, type: 'text' }).field).toMatch(/^mesag\d/);
    });

    it('has the path of the value, when it is itself a field, in front of it', () => {
      expect(refusedBy(nested, { type: 'text', mesage: 'a' }, {}, 'draft').field).toBe('draft.mesage');
      expect(refusedBy(nested, { type: 'text', mesage: 'a' }, {}, 'draft').message).toContain('did you mean "message"');
    });

    it('a query parameter', () => {
      const query = z.object({ limit: z.string('must be given') });
      const refused = () => parseQuery(query, { limti: '1' });
      expect(refused).toThrow(expect.objectContaining({ code: 'invalid_query', field: 'limti' }));
      expect(refused).toThrow('The parameter "limti" is unknown; did you mean "limit"?');
    });
  });
});

function refusedBy(of: z.ZodType, value: unknown, refusals = {}, within?: string): AppError {
  try {
    parse(of, value, refusals, within);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it was not refused');
}
