import type { RingingCall } from '../domain/call.ts';
import { AppError } from '../domain/errors.ts';
import type { OutgoingMessage } from '../domain/outgoing.ts';
import type { PhoneNumber, Recipient } from '../domain/address.ts';
import type { SessionId } from '../domain/session-id.ts';
import { BoundedCache } from '../kit/bounded-cache.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import { TokenBucket } from '../kit/token-bucket.ts';
import type { ConnectionActions } from '../ports/connection-actions.ts';

/** Which calls are rejected, and what their callers are told. */
export interface CallSettings {
  /** `REJECT_CALLS`. */
  reject: boolean;
  /** `REJECT_CALLS_TEXT`; `null` tells them nothing. */
  text: string | null;
}

/** How many calls a session rejects by itself: somebody who calls without end must not make it do the same. */
const REJECTIONS = { size: 30, refillMs: 60_000 };
/** How many texts a session sends by itself: WhatsApp bans accounts that answer like machines. */
const TEXTS = { size: 20, refillMs: 3_600_000 };
/** For how long a caller who has got the text gets no other; no more callers get one in that time than there are texts. */
const TOLD = { ttlMs: 3_600_000, max: 2 * TEXTS.size };

/** Dependencies of {@link CallRejection}. */
export interface CallRejectionDeps {
  sessionId: SessionId;
  settings: CallSettings;
  sessions: {
    connection: (id: SessionId) => Promise<Pick<ConnectionActions, 'calls'>>;
    send: (id: SessionId, message: OutgoingMessage, requestId: string) => Promise<unknown>;
  };
  clock: Clock;
  supervisor: Supervisor;
  log: Logger;
}

/** Rejects the calls of one session by itself, with `REJECT_CALLS`, and answers them with a text. Callers are strangers: both are bounded. */
export class CallRejection {
  readonly #deps: CallRejectionDeps;
  readonly #rejections: TokenBucket;
  readonly #texts: TokenBucket;
  readonly #told: BoundedCache<true>;

  constructor(deps: CallRejectionDeps) {
    this.#deps = deps;
    this.#rejections = new TokenBucket(REJECTIONS, deps.clock);
    this.#texts = new TokenBucket(TEXTS, deps.clock);
    this.#told = new BoundedCache(deps.clock, TOLD);
  }

  /** A call begins to ring. Returns at once. */
  rang(call: RingingCall): void {
    const { settings, supervisor } = this.#deps;
    if (settings.reject && this.#rejections.take()) supervisor.run('rejecting a call', this.#reject(call));
  }

  async #reject({ callId, caller }: RingingCall): Promise<void> {
    const { sessionId, settings, sessions, log } = this.#deps;
    try {
      const { calls } = await sessions.connection(sessionId);
      await calls.reject(callId);
      log.info({ sessionId, callId }, `[${sessionId}] call rejected`);
      const to = recipientOf(caller.number, caller.lid);
      if (settings.text !== null && to && this.#mayTell(caller.lid ?? caller.number ?? '')) {
        await sessions.send(sessionId, textTo(to, settings.text), 'REJECT_CALLS_TEXT');
      }
    } catch (error) {
      // It ended by itself, the connection was lost, the session may not write now: no more can be done.
      if (!(error instanceof AppError)) throw error;
      log.warn({ sessionId, callId, code: error.code }, `[${sessionId}] a call was not rejected, or not answered`);
    }
  }

  #mayTell(caller: string): boolean {
    if (this.#told.get(caller) || !this.#texts.take()) return false;
    this.#told.set(caller, true);
    return true;
  }
}

function recipientOf(number: PhoneNumber | null, lid: string | null): Recipient | undefined {
  if (number !== null) return { kind: 'number', number };
  return lid === null ? undefined : { kind: 'jid', jid: lid };
}

function textTo(to: Recipient, text: string): OutgoingMessage {
  return { to, content: { type: 'text', text }, replyTo: null, mentions: [] };
}
