/** Resolves when the running code and all promises that can go on are done, before anything else has its turn. */
export function promisesDone(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
