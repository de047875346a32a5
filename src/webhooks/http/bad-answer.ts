/** The response broke off, is too long, or is none at all. */
export class BadAnswerError extends Error {
  override readonly name = 'BadAnswerError';
}
