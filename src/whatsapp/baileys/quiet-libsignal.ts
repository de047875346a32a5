/**
 * The beginnings of everything that libsignal 6 prints to the console. Several of these texts are followed by a session with
 * its keys.
 */
const LIBSIGNAL_TEXTS = [
  'Closing open session in favor of incoming prekey bundle',
  'Closing session:',
  'Decrypted message with closed session.',
  'Failed to decrypt message with any known session',
  'Migrating session to:',
  'Opening session:',
  'Removing old closed session:',
  'Session already closed',
  'Session already open',
  'Session error:',
  'Unhandled bucket type (for naming):',
  'V1 session storage migration error',
  'WARNING: Expected pubkey of length 33',
];

type Print = (...args: unknown[]) => void;

/** Keeps libsignal from printing key material. Everything else still reaches the console. */
export function silenceLibsignal(): void {
  for (const level of ['info', 'warn', 'error'] as const) {
    const target = console as Record<typeof level, Print>;
    target[level] = unlessFromLibsignal(target[level].bind(target));
  }
}

/** Whether it is libsignal that prints, by the first argument of the call. */
export function isFromLibsignal(first: unknown): boolean {
  return typeof first === 'string' && LIBSIGNAL_TEXTS.some((opening) => first.startsWith(opening));
}

function unlessFromLibsignal(print: Print): Print {
  return (...args) => {
    if (!isFromLibsignal(args[0])) print(...args);
  };
}
