import { type CloseReason } from '../../domain/close-reason.ts';
import { type Backoff } from '../../kit/backoff.ts';

/** What is known of a session when its line is lost. */
export interface LossContext {
  /** Whether a device is linked: without one, the line was an offer to scan or to type. */
  linked: boolean;
  /** Whether a code was asked for on the line, or is shown: it is worth nothing on another one. */
  code: 'asked' | 'shown' | null;
  /** Lines that were lost in a row without having been good in between. */
  failures: number;
  /** How often another process took over the line of late, this time included. */
  replacements: number;
}

/** What to do about a lost line. */
export type Decision =
  /**
   * Open a new line with the same credentials, at once or after a pause. `isPrecaution` when nothing is known to have been
   * wrong with the old one: the timeline has only the new one then.
   */
  | { do: 'reconnect'; after: 'now' | Backoff; message: string | null; isPrecaution?: true }
  /** Forget the credentials, then offer a new QR. */
  | { do: 'start-over'; after: Backoff; message: string }
  /** Nobody was linked by the code: nothing of the session is kept. */
  | { do: 'end'; message: string; error: 'pairing_refused' | 'rate_limited' }
  /** Over; a new QR is needed. */
  | { do: 'close'; message: string }
  /** Over until a person acts, or until the time has passed where there is one. */
  | { do: 'fail'; message: string; retryAfterMs: number | null };

type Row<Kind> = (reason: Extract<CloseReason, { kind: Kind }>, context: LossContext) => Decision;

const USUAL: Backoff = { baseMs: 1_000, maxMs: 60_000 };
/** WhatsApp said that it has too much to do. */
const PATIENT: Backoff = { baseMs: 10_000, maxMs: 300_000 };
const SLOW: Backoff = { baseMs: 60_000, maxMs: 600_000, minMs: 30_000 };
/** A disk has room again as soon as somebody makes some; asking costs nothing. */
const STORAGE: Backoff = { baseMs: 1_000, maxMs: 5_000 };
const MAX_RESTARTS = 3;
const MAX_REPLACEMENTS = 3;
/** From so many in a row on, what breaks the line is waiting for it at WhatsApp, and haste helps nobody. */
const MANY_BREAKS = 4;

/** What to do, from why the line was lost. */
export function decide(reason: CloseReason, context: LossContext): Decision {
  const row = ROWS[reason.kind] as (reason: CloseReason, context: LossContext) => Decision;
  const decision = row(reason, context);
  return context.code === null ? decision : withoutItsConnection(context.code, decision);
}

/** A code is worth nothing on another line. While one is asked for, a line that failed is worth another try. */
function withoutItsConnection(code: 'asked' | 'shown', decision: Decision): Decision {
  if (decision.do === 'end' && code === 'asked') return decision;
  if (code === 'shown') return end([CODE_GONE, decision.message ?? ''].join(' ').trim());
  return decision.do === 'reconnect' ? decision : end(decision.message);
}

/** One row for each way a line ends: whether it comes back, when, and what the operator reads. */
const ROWS: { [Kind in CloseReason['kind']]: Row<Kind> } = {
  asked: () => reconnect('now', null),
  'restart-required': (_, { failures }) => reconnect(failures < MAX_RESTARTS ? 'now' : USUAL, null),
  'qr-exhausted': () => reconnect('now', null),
  'connection-lost': ({ detail }) => reconnect(USUAL, `The line was lost: ${detail}`),
  broken: ({ detail }, { failures }) => reconnect(failures < MANY_BREAKS ? USUAL : SLOW, detail),
  silent: () => ({ ...reconnect('now', SILENT), isPrecaution: true }),
  unavailable: () => reconnect(PATIENT, 'WhatsApp takes no connections at the moment (503); trying again.'),
  'storage-failed': () => reconnect(STORAGE, STORAGE_FAILED),
  'held-back': ({ detail }) => reconnect('now', detail),
  'pairing-failed': ({ detail }) => startOver(`The pairing failed: ${detail}`),
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

const SILENT = 'Nothing had come for an hour; the line was opened anew, in case it was deaf.';
const STORAGE_FAILED =
  'The storage takes nothing now (is the disk full?). WhatsApp keeps the messages; the line comes back with the disk.';
const LOGGED_OUT = 'The device was unlinked on the phone. Connect the account again with a new QR.';
const NEVER_LINKED = 'WhatsApp does not know the device, which was never linked.';
const REPLACED = 'Another process took over the line of this device; trying again later.';
const CONFLICT = 'Another process keeps taking over the line of this device. Stop it, then restart the session.';
const OUTDATED =
  'WhatsApp no longer accepts this client version. Update the orchestrator or set WHATSAPP_VERSION, then restart.';
const PINNED_OUTDATED =
  'WhatsApp no longer accepts the client version in WHATSAPP_VERSION. Remove the setting or raise it, then restart.';

/** WhatsApp's code for too much of something. */
const RATE_LIMITED = '429';
const CODES_LIMITED = 'WhatsApp gives no more pairing codes for now; try again later.';
const CODE_GONE = 'The pairing code can no longer be used; ask for a new one.';
const BANNED = 'WhatsApp banned this account temporarily, and did not say how long. Wait, then restart the session.';
const MULTI_DEVICE_MISSING =
  'The phone does not support linked devices. Update WhatsApp on it, then restart the session.';

function forbidden(code: number): string {
  return `WhatsApp locked or banned this account (${code}). Open WhatsApp on the phone, then restart the session.`;
}

function codeRefused(code: string): string {
  return `WhatsApp refused a pairing code for this number (${code}). Check that it is written as the phone has it.`;
}

function end(message: string, error: 'pairing_refused' | 'rate_limited' = 'pairing_refused'): Decision {
  return { do: 'end', message, error };
}

function reconnect(after: 'now' | Backoff, message: string | null): Extract<Decision, { do: 'reconnect' }> {
  return { do: 'reconnect', after, message };
}

function startOver(message: string): Decision {
  return { do: 'start-over', after: USUAL, message };
}

function fail(message: string, retryAfterMs: number | null = null): Decision {
  return { do: 'fail', message, retryAfterMs };
}

function bannedFor(seconds: number): string {
  return `WhatsApp banned this account for ${Math.ceil(seconds / 60)} minutes. It comes back by itself afterwards.`;
}
