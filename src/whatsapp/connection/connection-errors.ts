/**
 * Closes a line that is of no use any more although it is open: a watchdog gave it up, or Baileys threw where nobody
 * catches it. The message is one sentence for people.
 */
export class BrokenConnectionError extends Error {
  override readonly name = 'BrokenLineError';
}

/** Closes a line on which nothing has come for so long that it might be deaf. Nothing is known to be wrong with it. */
export class SilentConnectionError extends Error {
  override readonly name = 'SilentLineError';

  constructor() {
    super('No data received for an hour');
  }
}
