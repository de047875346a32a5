import type { CloseReason } from '../../domain/close-reason.ts';
import type { Unreachable } from '../../domain/unreachable.ts';
import type { Backoff } from '../../kit/backoff.ts';

/** The session at the moment when its connection is lost. */
export interface LossContext {
  /** Whether a device is linked. Without one, the connection was offering a QR or a pairing code. */
  linked: boolean;
  /** Whether a pairing code was requested or is shown; a code works only on the connection that requested it. */
  code: 'asked' | 'shown' | null;
  /** Connections lost in a row, without a stable one in between. */
  failures: number;
  /** How often another process took over the connection recently, this time included. */
  replacements: number;
}

/** What to do about a lost connection. */
export type Decision =
  /**
   * Reconnect with the same credentials, at once or after a pause. `isPrecaution` when nothing is known to be wrong with the
   * old connection: the timeline then records only the new one. `unreachable` when none could be made.
   */
  | {
      do: 'reconnect';
      after: 'now' | Backoff;
      message: string | null;
      isPrecaution?: boolean;
      unreachable?: Unreachable | undefined;
    }
  /** Delete the credentials, then offer a new QR. */
  | { do: 'start-over'; after: Backoff; message: string }
  /** The pairing code linked nobody: remove the session. */
  | { do: 'end'; message: string; error: 'pairing_refused' | 'rate_limited' }
  /** Close the session; the account needs a new QR. */
  | { do: 'close'; message: string }
  /** Stop until a person acts, or until `retryAfterMs` has passed. */
  | { do: 'fail'; message: string; retryAfterMs: number | null };

/** The decision to connect again. */
export type Reconnect = Extract<Decision, { do: 'reconnect' }>;

type Row<Kind> = (reason: Extract<CloseReason, { kind: Kind }>, context: LossContext) => Decision;

const USUAL: Backoff = { baseMs: 1_000, maxMs: 60_000 };
/** WhatsApp said that it is overloaded. */
const PATIENT: Backoff = { baseMs: 10_000, maxMs: 300_000 };
const SLOW: Backoff = { baseMs: 60_000, maxMs: 600_000, minMs: 30_000 };
/** A disk has room again as soon as someone frees some, and trying is cheap. */
const STORAGE: Backoff = { baseMs: 1_000, maxMs: 5_000 };
const MAX_RESTARTS = 3;
const MAX_REPLACEMENTS = 3;
/** After this many in a row, whatever breaks the connection waits for it at WhatsApp: retrying fast does not help. */
const MANY_BREAKS = 4;

/** Decides what to do about a lost connection. */
export function decide(reason: CloseReason, context: LossContext): Decision {
  const row = ROWS[reason.kind] as (reason: CloseReason, context: LossContext) => Decision;
  const decision = row(reason, context);
  return context.code === null ? decision : withoutItsConnection(context.code, decision);
}

/** A shown code does not survive its connection. While a code is only requested, a failed connection may be retried. */
function withoutItsConnection(code: 'asked' | 'shown', decision: Decision): Decision {
  if (decision.do === 'end' && code === 'asked') return decision;
  if (code === 'shown') return end([CODE_GONE, decision.message ?? ''].join(' ').trim());
  return decision.do === 'reconnect' ? decision : end(decision.message);
}

/** One row for each reason: whether and when to reconnect, and the sentence that the operator reads. */
const ROWS: { [Kind in CloseReason['kind']]: Row<Kind> } = {
  asked: () => reconnect('now', null),
  'restart-required': (_, { failures }) => reconnect(failures < MAX_RESTARTS ? 'now' : USUAL, null),
  'qr-exhausted': () => reconnect('now', null),
  'connection-lost': ({ detail, unreachable }) =>
    unreachable ? { ...reconnect(USUAL, detail), unreachable } : reconnect(USUAL, `Connection lost: ${detail}`),
  'proxy-failed': ({ detail, unreachable }) => ({ ...reconnect(USUAL, detail), unreachable }),
  broken: ({ detail }, { failures }) => reconnect(failures < MANY_BREAKS ? USUAL : SLOW, detail),
  silent: () => ({ ...reconnect('now', SILENT), isPrecaution: true }),
  unavailable: () => reconnect(PATIENT, 'WhatsApp is not accepting connections right now (503); retrying.'),
  'storage-failed': () => reconnect(STORAGE, STORAGE_FAILED),
  'held-back': ({ detail }) => reconnect('now', detail),
  'passkey-failed': ({ detail }) => reconnect('now', detail),
  'pairing-failed': ({ detail }) => startOver(`Pairing failed: ${detail}`),
  'code-refused': ({ code }) => (code === RATE_LIMITED ? end(CODES_LIMITED, 'rate_limited') : end(codeRefused(code))),
  'code-void': ({ detail }) => end(detail),
  'logged-out': (_, { linked }) => (linked ? { do: 'close', message: LOGGED_OUT } : startOver(NEVER_LINKED)),
  replaced: (_, { replacements }) => (replacements < MAX_REPLACEMENTS ? reconnect(SLOW, REPLACED) : fail(CONFLICT)),
  'temporarily-banned': ({ expiresInSeconds: seconds }) =>
    seconds === null ? fail(BANNED) : fail(bannedFor(seconds), seconds * 1_000),
  forbidden: ({ code }) => fail(forbidden(code)),
  'client-outdated': ({ next }, { failures }) => {
    if (next === 'newer') return reconnect(failures < MAX_RESTARTS ? 'now' : USUAL, null);
    return fail(next === 'pinned' ? PINNED_OUTDATED : OUTDATED);
  },
  'multi-device-missing': () => fail(MULTI_DEVICE_MISSING),
  refused: ({ code }) =>
    reconnect(SLOW, `WhatsApp does not accept this client (${code}). Check the WHATSAPP_* settings.`),
};

const SILENT = 'No data received for an hour; reconnected in case the connection had stalled.';
const STORAGE_FAILED =
  'Cannot write to storage (is the disk full?). WhatsApp holds the messages; the connection resumes when storage does.';
const LOGGED_OUT = 'The device was unlinked on the phone. Connect the account again with a new QR code.';
const NEVER_LINKED = 'WhatsApp does not know this device: it was never linked.';
const REPLACED = 'Another process took over the connection of this device; retrying later.';
const CONFLICT = 'Another process keeps taking over the connection of this device. Stop it, then restart the session.';
const OUTDATED =
  'WhatsApp no longer accepts this client version. Update the orchestrator or set WHATSAPP_VERSION, then restart.';
const PINNED_OUTDATED =
  'WhatsApp no longer accepts the client version in WHATSAPP_VERSION. Remove the setting or use a newer version, then restart.';

/** WhatsApp's code for too many requests. */
const RATE_LIMITED = '429';
const CODES_LIMITED = 'WhatsApp is not issuing pairing codes right now; try again later.';
const CODE_GONE = 'The pairing code is no longer valid; request a new one.';
const BANNED = 'WhatsApp banned this account temporarily and did not say for how long. Wait, then restart the session.';
const MULTI_DEVICE_MISSING =
  'The phone does not support linked devices. Update WhatsApp on it, then restart the session.';

function forbidden(code: number): string {
  return `WhatsApp locked or banned this account (${code}). Open WhatsApp on the phone, then restart the session.`;
}

function codeRefused(code: string): string {
  return `WhatsApp refused a pairing code for this number (${code}). Check that the number is the one on the phone.`;
}

function end(message: string, error: 'pairing_refused' | 'rate_limited' = 'pairing_refused'): Decision {
  return { do: 'end', message, error };
}

function reconnect(after: 'now' | Backoff, message: string | null): Reconnect {
  return { do: 'reconnect', after, message };
}

function startOver(message: string): Decision {
  return { do: 'start-over', after: USUAL, message };
}

function fail(message: string, retryAfterMs: number | null = null): Decision {
  return { do: 'fail', message, retryAfterMs };
}

function bannedFor(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `WhatsApp banned this account for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. It reconnects automatically.`;
}
