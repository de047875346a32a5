const LOOK_AGAIN_MS = 20;

/** Resolves with what `look` finds, looking again until it finds something: for facts that announce themselves to nobody. */
export async function until<Fact>(look: () => Fact | undefined | Promise<Fact | undefined>): Promise<Fact> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    // What never comes fails its test by the test's own time; it must not keep the tests from ending, too.
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS).unref());
  }
}

/** Resolves once `holds` is true. */
export async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  await until(async () => (await holds()) || undefined);
}
