import { asError, describeFailure } from '../../../src/kit/failure.ts';

describe('describeFailure', () => {
  it('shows message, stack and code, and nothing else that is attached to the error', () => {
    const failure = Object.assign(new TypeError('broken'), { code: 'E_BROKEN', config: { key: 'secret' } });
    expect(describeFailure(failure)).toEqual({
      type: 'TypeError',
      message: 'broken',
      stack: failure.stack,
      code: 'E_BROKEN',
    });
  });

  it('follows the causes', () => {
    const failure = new Error('outside', { cause: new Error('inside') });
    expect(describeFailure(failure)).toMatchObject({ message: 'outside', cause: { message: 'inside' } });
  });

  it('does not follow a circle of causes forever', () => {
    const failure = new Error('round');
    failure.cause = failure;
    expect(JSON.stringify(describeFailure(failure)).match(/"message":"round"/g)).toHaveLength(6);
  });

  it.each([['a text'], [{ password: 'secret' }], [null], [undefined]])(
    'shows nothing of %j but that it is not an error',
    (thrown) => {
      expect(describeFailure(thrown)).toEqual({ type: typeof thrown, message: 'not an error', stack: undefined });
    },
  );
});

describe('asError', () => {
  it('keeps an error, and wraps the text of anything else', () => {
    const error = new TypeError('broken');
    expect(asError(error)).toBe(error);
    expect(asError('a text')).toEqual(new Error('a text'));
  });
});
