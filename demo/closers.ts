/** Cleanup functions, to be called in reverse order. */
export type Closers = (() => Promise<void> | void)[];

/** Calls the closers in reverse order. */
export async function takeDown(closers: Closers): Promise<void> {
  for (let close = closers.pop(); close; close = closers.pop()) await close();
}
