const POLL_MS = 20;

/** Polls `look` until it finds something and resolves with that: for conditions that no event announces. */
export async function until<Fact>(look: () => Fact | undefined | Promise<Fact | undefined>): Promise<Fact> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    // A condition that never holds fails by the timeout of its test; it must not also keep the tests from ending.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
  }
}

/** Polls `holds` until it is true. */
export async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  await until(async () => (await holds()) || undefined);
}
