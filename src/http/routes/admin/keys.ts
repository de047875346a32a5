import { z } from 'zod';
import { type ApiKey, type KeyWish, SCOPES } from '../../../domain/access.ts';
import { isoTime } from '../../../kit/clock.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, sessionIdText, succeeded } from '../../schemas/common.ts';

const SCOPES_WANTED = `must be a list of at least one of ${SCOPES.join(', ')}`;
const SESSIONS_WANTED = 'must be a list of at least one id of a session, or null for all';
const MAX_NAME = 100;
const NAME_WANTED = `must be a text of at most ${MAX_NAME} characters, all of them printable`;
/** A list of keys goes to a terminal, which must show the name and do nothing else. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

const scope = z.enum(SCOPES, { error: SCOPES_WANTED });

/** What a new key is to be; also how the command takes it. */
export const keyWish: z.ZodType<KeyWish> = z
  .object({
    name: z.string(NAME_WANTED).max(MAX_NAME, NAME_WANTED).regex(PRINTABLE, NAME_WANTED).default(''),
    scopes: z.array(scope, SCOPES_WANTED).min(1, SCOPES_WANTED),
    sessions: z.array(sessionIdText, SESSIONS_WANTED).min(1, SESSIONS_WANTED).nullable().default(null),
  })
  .refine(({ scopes, sessions }) => sessions === null || !scopes.includes('admin'), {
    path: ['sessions'],
    error: 'cannot limit a key that may do everything (admin)',
  });

const apiKey = z
  .strictObject({
    keyId: z.string().meta({ description: 'The part of the key that is no secret.' }),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    sessions: z.array(z.string()).nullable().meta({ description: 'The only sessions that it is for; null for all.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiKey' });

const EXAMPLE: z.infer<typeof apiKey> = {
  keyId: 'Zb3kQ9xY7mNp',
  name: 'the shop',
  scopes: ['sessions:read', 'messages:send'],
  sessions: [EXAMPLE_ID],
  createdAt: '2024-01-15T10:30:00.000Z',
};

/** `POST /keys`. */
export const createKey = route({
  method: 'post',
  path: '/keys',
  scope: 'admin',
  summary: 'Make a key',
  description: 'The key is shown in this answer and never again: only a hash of it is kept.',
  body: keyWish,
  answer: z.strictObject({ success: succeeded, key: z.string(), data: apiKey }),
  statuses: { 200: 'The key.' },
  example: {
    body: { name: EXAMPLE.name, scopes: EXAMPLE.scopes, sessions: EXAMPLE.sessions },
    answer: { success: true, key: 'wak_Zb3kQ9xY7mNp_...', data: EXAMPLE },
  },
  errors: [],
  async handler({ keys }, { body }) {
    const { key, text } = await keys.create(body);
    return ok({ key: text.reveal(), data: viewOf(key) });
  },
});

/** `GET /keys`. */
export const listKeys = route({
  method: 'get',
  path: '/keys',
  scope: 'admin',
  summary: 'All keys',
  description: 'What each may do, the oldest first; not the keys themselves, nor those of API_KEY.',
  answer: z.strictObject({ success: succeeded, data: z.array(apiKey) }),
  statuses: { 200: 'The keys.' },
  example: { answer: { success: true, data: [EXAMPLE] } },
  errors: [],
  handler: ({ keys }) => ok({ data: keys.list().map(viewOf) }),
});

/** `DELETE /keys/:keyId`. */
export const revokeKey = route({
  method: 'delete',
  path: '/keys/:keyId',
  scope: 'admin',
  summary: 'Revoke a key',
  description: 'From here on it opens nothing, nor do the tokens that were made with it.',
  params: z.object({ keyId: z.string().meta({ description: 'As GET /keys gave it.', example: EXAMPLE.keyId }) }),
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The key is worth nothing any more.' },
  example: { answer: { success: true } },
  errors: ['key_not_found'],
  async handler({ keys, tokens }, { params }) {
    await keys.revoke(params.keyId);
    tokens.endOf(params.keyId);
    return ok({});
  },
});

function viewOf({ keyId, name, scopes, sessions, createdAtMs }: ApiKey): z.infer<typeof apiKey> {
  return {
    ...{ keyId, name, scopes: [...scopes], sessions: sessions && [...sessions] },
    createdAt: isoTime(createdAtMs),
  };
}
