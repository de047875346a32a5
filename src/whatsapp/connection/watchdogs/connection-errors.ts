/**
 * Closes a connection that is open but useless: a watchdog gave it up, or Baileys threw where nobody catches it. The
 * message is one sentence for people.
 */
export class BrokenConnectionError extends Error {
  override readonly name = 'BrokenConnectionError';
}

/** Closes a connection to which WhatsApp does not answer. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Closes a connection that has received nothing for so long that it may have stalled. Nothing is known to be wrong with
 * it.
 */
export class SilentConnectionError extends Error {
  override readonly name = 'SilentConnectionError';

  constructor() {
    super('No data received for an hour');
  }
}
