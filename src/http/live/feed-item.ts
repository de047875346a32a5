import { z } from 'zod';
import type { PhoneNumber } from '../../domain/address.ts';
import { PASSKEY_STAGES } from '../../domain/passkey.ts';
import { parseSessionId, type SessionId } from '../../domain/session-id.ts';
import { UNREACHABLE_REASONS } from '../../domain/unreachable.ts';
import { isSessionPhase, type SessionPhase } from '../../domain/session.ts';
import type { FeedItem } from './session-feed.ts';

/** The times that a `Date` can express. */
const LATEST_MS = 8.64e15;

const time = z.number().min(-LATEST_MS).max(LATEST_MS);
const text = z.string();
const sessionId = z.custom<SessionId>((value) => typeof value === 'string' && parseSessionId(value) !== undefined);
const passkey = z.object({ stage: z.enum(PASSKEY_STAGES), expiresAtMs: time });

const record = z.object({
  sessionId,
  phase: z.custom<SessionPhase>((value) => typeof value === 'string' && isSessionPhase(value)),
  identity: z
    .object({ phoneNumber: z.custom<PhoneNumber>((value) => typeof value === 'string'), whatsappUserId: text })
    .nullable(),
  announced: z.boolean(),
  errorMessage: text.nullable(),
  lastSeenMs: time.nullable(),
  retryAtMs: time.nullable(),
  restrictedUntilMs: time.nullable(),
  newChatCap: z.object({ limit: z.number(), used: z.number(), resetsAtMs: time.nullable() }).nullish(),
  unreachable: z.enum(UNREACHABLE_REASONS).optional(),
  pushName: text.nullish(),
  passkey: passkey.nullable(),
  profile: z
    .object({
      name: text.nullable(),
      labels: z.array(text),
      metadata: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
      deviceName: text.nullable(),
      proxy: text.nullable(),
      warmUp: z
        .union([z.boolean(), z.array(z.object({ fromDay: z.number(), perDay: z.number().nullable() }))])
        .nullable()
        // Nodes of an earlier version do not tell it.
        .default(null),
    })
    .optional(),
  createdAtMs: time,
  updatedAtMs: time,
});

const message = z.object({
  sessionId,
  messageId: text,
  direction: z.enum(['in', 'out']),
  atMs: time,
  chatId: text,
  number: text.nullable(),
  name: text.nullable(),
  type: text,
  text: text.nullable(),
});

const item = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('session'), record, onlySeen: z.boolean() }),
  z.object({ kind: z.literal('qr'), sessionId, expiresAtMs: time }),
  z.object({ kind: z.literal('pairing-code'), sessionId, expiresAtMs: time }),
  z.object({ kind: z.literal('passkey'), sessionId, ...passkey.shape }),
  z.object({ kind: z.literal('removed'), sessionId }),
  z.object({ kind: z.literal('message'), message }),
]);

/** Checks what a node has sent, which may be of another version. `undefined` for what this one cannot show. */
export function parseFeedItem(value: unknown): FeedItem | undefined {
  return item.safeParse(value).data;
}
