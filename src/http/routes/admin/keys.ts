import { z } from 'zod';
import type { ApiKey } from '../../../domain/access.ts';
import { isoTime } from '../../../kit/clock.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, succeeded } from '../../schemas/common.ts';
import { apiKey, keySpec } from '../../schemas/key-schemas.ts';

const EXAMPLE: z.infer<typeof apiKey> = {
  keyId: 'Zb3kQ9xY7mNp',
  name: 'the shop',
  scopes: ['sessions:read', 'messages:send'],
  sessions: [EXAMPLE_ID],
  recipients: ['5491234567890'],
  approval: true,
  createdAt: '2024-01-15T10:30:00.000Z',
};

/** `POST /keys`. */
export const createKey = route({
  method: 'post',
  path: '/keys',
  scope: 'admin',
  needsKey: true,
  summary: 'Create a key',
  description:
    'The key is only shown in this response: the server stores a hash of it. Keys are managed with a key only, also where the ' +
    'server requires none for anything else.',
  body: keySpec,
  answer: z.strictObject({ success: succeeded, key: z.string(), data: apiKey }),
  statuses: { 200: 'The new key.' },
  example: {
    body: {
      ...{ name: EXAMPLE.name, scopes: EXAMPLE.scopes, sessions: EXAMPLE.sessions },
      ...{ recipients: EXAMPLE.recipients, approval: EXAMPLE.approval },
    },
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
  needsKey: true,
  summary: 'List all keys',
  description:
    'The permissions of each key, the oldest first. Neither the keys themselves nor those of API_KEY are included.',
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
  needsKey: true,
  summary: 'Revoke a key',
  description: 'The key and all tokens that were issued with it become invalid immediately.',
  params: z.object({ keyId: z.string().meta({ description: 'As returned by GET /keys.', example: EXAMPLE.keyId }) }),
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The key is revoked.' },
  example: { answer: { success: true } },
  errors: ['key_not_found'],
  async handler({ keys, tokens }, { params }) {
    await keys.revoke(params.keyId);
    await tokens.revokeIssuedBy(params.keyId);
    return ok({});
  },
});

function viewOf({ keyId, name, scopes, sessions, limits, createdAtMs }: ApiKey): z.infer<typeof apiKey> {
  return {
    ...{ keyId, name, scopes: [...scopes], sessions: sessions && [...sessions] },
    recipients: limits?.recipients ? [...limits.recipients] : null,
    approval: limits?.approval ?? false,
    createdAt: isoTime(createdAtMs),
  };
}
