import { systemClock } from '../../src/kit/clock.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { PhoneNumber } from '../../src/domain/address.ts';
import type { NewCallback } from '../../src/ports/callbacks.ts';
import type { SessionRecord } from '../../src/domain/session.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { messageReceived } from '../../src/sessions/callback-events.ts';
import { contentOf } from '../../src/whatsapp/messages/content.ts';
import { openStorage } from '../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from './orchestrator.ts';
import { sharedNowMs } from './usage.ts';

/** How the ids of the sessions begin that {@link fillBacklog} makes. */
export const BACKLOG_SESSIONS = 'session_1700000000000_';
/** The number of callbacks per transaction. */
const BATCH_SIZE = 500;

/** Stores undelivered callbacks of received texts, spread over closed sessions. */
export async function fillBacklog(
  authDir: string,
  { callbacks, sessions }: { callbacks: number; sessions: number },
): Promise<void> {
  await using storage = openStorage(authDir, systemClock, new Secret(MASTER_KEY));
  const round = String(Math.round(sharedNowMs()));
  const records = Array.from({ length: sessions }, (_, index) => closedSession(index));
  for (const [index, record] of records.entries()) {
    const share = Math.floor(callbacks / sessions) + (index < callbacks % sessions ? 1 : 0);
    for (let first = 0; first < share; first += BATCH_SIZE) {
      const length = Math.min(BATCH_SIZE, share - first);
      await storage.sessions.commit(
        record,
        Array.from({ length }, (_, offset) => text(record, `${round}-${first + offset}`)),
      );
    }
  }
}

function closedSession(index: number): SessionRecord {
  const phoneNumber = `54911${String(index).padStart(8, '0')}` as PhoneNumber;
  return {
    sessionId: `${BACKLOG_SESSIONS}${String(index).padStart(9, '0')}` as SessionId,
    phase: 'closed',
    identity: { phoneNumber, whatsappUserId: `${phoneNumber}:1@s.whatsapp.net` },
    announced: true,
    errorMessage: null,
    lastSeenMs: null,
    retryAtMs: null,
    restrictedUntilMs: null,
    passkey: null,
    createdAtMs: 1_700_000_000_000,
    updatedAtMs: 1_700_000_000_000,
  };
}

function text(record: SessionRecord, id: string): NewCallback {
  const chatId = '100000000000001@lid';
  const number = '5492200000000' as PhoneNumber;
  const message = {
    ...{ id, chatId, isGroup: false, groupName: null, fromMe: false, offline: false, sentAtMs: 1_700_000_000_000 },
    sender: { number, lid: chatId, pushName: 'A friend' },
    content: contentOf('text', { text: 'A text of some words, as people write them.' }),
  };
  return messageReceived(record, message, message.sentAtMs);
}
