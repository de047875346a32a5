import { numberVariants, type PhoneNumber } from '../domain/address.ts';
import { AppError } from '../domain/errors.ts';
import { countPending, type PairingCode, type SessionRecord } from '../domain/session.ts';
import { Semaphore } from '../kit/semaphore.ts';
import type { Admission } from '../ports/admission.ts';
import type { SessionStore } from '../ports/storage.ts';
import type { Session } from './session.ts';
import { codeFailure } from './state/code-pairing.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { PairingExpiry } from './state/pairing-expiry.ts';

/** Dependencies of {@link RelinkOffers}. */
export interface RelinkOffersDeps {
  store: Pick<SessionStore, 'counts'>;
  admission: Pick<Admission, 'check'>;
  settings: { maxPendingSessions: number };
  expiry: PairingExpiry;
  /** Called when nobody has used an offer in time. */
  expire: (session: Session) => Promise<unknown>;
}

/** A code by which the account of a session is linked to it again. */
export interface RelinkCode {
  record: SessionRecord;
  code: PairingCode;
}

/** Offers of a session that was logged out to link its account again, under its id. As many wait at once as new sessions do. */
export class RelinkOffers {
  readonly #deps: RelinkOffersDeps;
  /** One after the other, so that they are counted. */
  readonly #admitting = new Semaphore(1);

  constructor(deps: RelinkOffersDeps) {
    this.#deps = deps;
  }

  /** A QR, which follows. @throws AppError `session_linked`, `session_not_pairing`, `overloaded`, `too_many_pending_sessions` */
  async byQr(session: Session): Promise<SessionRecord> {
    await this.#offer(session);
    return session.record;
  }

  /**
   * A code for the number of the session; waits up to `patienceMs` for WhatsApp to accept one.
   * @throws AppError as {@link byQr}, and `invalid_number`, `pairing_refused`, `rate_limited`, `whatsapp_timeout`: then it is over again
   */
  async byCode(session: Session, number: PhoneNumber, patienceMs: number): Promise<RelinkCode> {
    const { identity } = session.record;
    if (!identity || !numberVariants(identity.phoneNumber).includes(number)) {
      throw new AppError('invalid_number', { message: OTHER_NUMBER });
    }
    await this.#offer(session, number);
    try {
      const code = await session.pairingCode(patienceMs);
      return { record: session.record, code: this.#deps.expiry.limit(session.record, code) };
    } catch (cause) {
      const failure = codeFailure(cause);
      await session.control.endRelink(failure.message);
      throw failure;
    }
  }

  #offer(session: Session, number?: PhoneNumber): Promise<void> {
    const { admission, store, settings, expiry, expire } = this.#deps;
    admission.check();
    return this.#admitting.run(async () => {
      const isNew = session.record.phase === 'closed';
      if (isNew && countPending(await store.counts()) >= settings.maxPendingSessions) {
        throw new AppError('too_many_pending_sessions');
      }
      await session.control.relink(number);
      expiry.start(session.record, () => expire(session));
    });
  }
}

/** Nobody has used the code of a session. One whose account was linked before is closed again; any other is removed. */
export function codeOver(session: Session, why: string, registry: Pick<SessionRegistry, 'remove'>): Promise<unknown> {
  if (session.record.announced) return session.control.endRelink(why, 'if-over');
  return registry.remove(session, why, 'always');
}

const OTHER_NUMBER = 'A session is linked again with its own number; for another one, create a session.';
