/** What can be said about a fault beside its name. */
export interface FaultOptions {
  /** Only for this account; for everybody without it. */
  number?: string;
  /** How often it happens before it ends by itself; until it is cleared without it. */
  times?: number;
  /** An error code. */
  code?: number;
  /** The reason of a failure. */
  reason?: number;
  /** A number of bytes. */
  bytes?: number;
}

/** One row of the table of faults. */
export interface FaultEntry {
  /** What goes wrong, for a person. */
  readonly meaning: string;
  /** `standing` faults last until they are cleared; `immediate` ones happen once, now. */
  readonly kind: 'standing' | 'immediate';
  /** Which options it takes. */
  readonly options: readonly (keyof FaultOptions)[];
  /** The options that it cannot do without. */
  readonly required?: readonly (keyof FaultOptions)[];
}

const PER_ACCOUNT = ['number', 'times'] as const;

/**
 * Everything that can be made to go wrong. A new fault is a row here, and a place that asks `Faults.take` for it, or an
 * action in `immediate-faults.ts`.
 */
export const FAULTS = {
  'wrong-hmac': {
    meaning: 'The device identity is not sealed with the secret of the QR; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'wrong-account-signature': {
    meaning: 'The account signature is a byte short; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'foreign-account-signature': {
    meaning:
      'The account signature is by another key. Baileys 7.0.0-rc14 does not notice: its Curve.verify ignores the result.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'refresh-on-pairing': {
    meaning: 'Every client that shows a QR is at once asked for a new adv secret (companion_reg_refresh).',
    kind: 'standing',
    options: ['times'],
  },
  'refuse-upgrade': {
    meaning: 'The WebSocket upgrade is answered with `code` (503) and the TCP connection closed.',
    kind: 'standing',
    options: ['times', 'code'],
  },
  'silent-handshake': {
    meaning: 'The client hello of the Noise handshake is not answered.',
    kind: 'standing',
    options: ['times'],
  },
  'failure-at-login': {
    meaning: 'A login is answered with <failure reason>.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'reason'],
    required: ['reason'],
  },
  'no-success': {
    meaning: 'A login is not answered at all.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'message-error': {
    meaning: 'A message from a client is acknowledged with the error `code` and goes nowhere.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
  },
  'no-message-ack': {
    meaning: 'A message from a client is delivered, but not acknowledged.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'split-frames': {
    meaning: 'What the server sends is cut into WebSocket messages of `bytes` bytes.',
    kind: 'standing',
    options: ['bytes'],
    required: ['bytes'],
  },
  cut: {
    meaning: 'The connections of an account, or all, are cut now, without a word.',
    kind: 'immediate',
    options: ['number'],
  },
  'stream-error': {
    meaning: 'The connections of an account, or all, get <stream:error code> now and are closed.',
    kind: 'immediate',
    options: ['number', 'code'],
    required: ['code'],
  },
} as const satisfies Record<string, FaultEntry>;

/** A name of {@link FAULTS}. */
export type FaultName = keyof typeof FAULTS;

/** Whether `name` is one of {@link FAULTS}. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
