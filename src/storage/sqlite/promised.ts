/**
 * Does `work` at once and answers as a promise: the ports are async, SQLite is not. Whoever calls two
 * methods one after the other has them done in that order, even without waiting.
 */
export function promised<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => resolve(work()));
}
