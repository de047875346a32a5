/** How the lines begin that libsignal 6 prints to the console; several of them carry whole sessions with their keys. */
const LIBSIGNAL_LINES = [
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

let quiet = false;

/** Keeps libsignal from printing key material. Everything else that is printed to the console stays. */
export function quietLibsignal(): void {
  if (quiet) return;
  quiet = true;
  for (const level of ['info', 'warn', 'error'] as const) {
    const target = console as Record<typeof level, Print>;
    target[level] = unlessFromLibsignal(target[level].bind(target));
  }
}

/** Whether a line that begins with this is one of libsignal's. */
export function isFromLibsignal(first: unknown): boolean {
  return typeof first === 'string' && LIBSIGNAL_LINES.some((opening) => first.startsWith(opening));
}

function unlessFromLibsignal(print: Print): Print {
  return (...args) => {
    if (!isFromLibsignal(args[0])) print(...args);
  };
}
