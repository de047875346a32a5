/**
 * Closes a line that is of no use any more although it is open: a watchdog gave it up, or Baileys threw where nobody
 * catches it. The message is one sentence for people.
 */
export class BrokenLineError extends Error {
  override readonly name = 'BrokenLineError';
}
