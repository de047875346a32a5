import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { createDeliveryClient } from '../../../src/webhooks/delivery-client.ts';
import { EVENT_PATHS, type EventKind } from '../../../src/domain/event.ts';
import type { PendingCallback } from '../../../src/ports/callbacks.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { type Clock, systemClock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { type Received, startTestBackend } from '../../harness/test-backend.ts';

const OLD = `whsec_${Buffer.from('the key that is being replaced').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the key that replaces it').toString('base64')}`;
const PLAIN = 'a-secret-in-plain-text';
const KINDS = Object.keys(EVENT_PATHS) as EventKind[];

const message: PendingCallback = {
  id: 1,
  webhookId: 'message_1',
  sessionId: 'session_1_ana' as SessionId,
  seq: 7,
  kind: 'message-received',
  // Spaces, an escape, and characters of two to four bytes: only the same bytes verify.
  body: '{"session_id": "session_1_ana", "message_content":"¿cómo está ñandú? 🦙 \\u00e9" } ',
  createdAtMs: 0,
  attempts: 0,
  firstFailedAtMs: null,
};

/** The callback as a real receiver gets it. */
async function received(secret: string, change: Partial<PendingCallback> = {}, clock: Clock = systemClock) {
  await using backend = await startTestBackend();
  const settings = { apiKey: null, secret: new Secret(secret), timeoutMs: 5_000, version: '4.0.0' };
  await createDeliveryClient({ baseUrl: backend.url, ...settings }, clock)({ ...message, ...change });
  return await backend.next();
}

/** What the receiver's library makes of it: its body, or an error. */
function verified(webhook: Webhook, { text, headers }: Pick<Received, 'text' | 'headers'>): unknown {
  return webhook.verify(text, headers as Record<string, string>);
}

describe('a receiver with the Standard Webhooks library', () => {
  it.each(KINDS)('verifies %s', async (kind) => {
    const callback = await received(NEW, { kind });

    expect(callback.path).toBe(EVENT_PATHS[kind]);
    expect(verified(new Webhook(NEW), callback)).toEqual(JSON.parse(message.body));
  });

  it('can use a plain-text secret', async () => {
    const callback = await received(PLAIN);

    expect(verified(new Webhook(PLAIN, { format: 'raw' }), callback)).toEqual(JSON.parse(message.body));
  });

  it('can use the old secret or the new one during a rotation', async () => {
    const callback = await received(`${OLD},${NEW}`);

    expect(verified(new Webhook(OLD), callback)).toEqual(JSON.parse(message.body));
    expect(verified(new Webhook(NEW), callback)).toEqual(JSON.parse(message.body));
  });

  it('rejects it once the secret it knows is removed', async () => {
    const callback = await received(NEW);

    expect(() => verified(new Webhook(OLD), callback)).toThrow(WebhookVerificationError);
  });

  it.each([
    ['another word', (text: string) => text.replace('ñandú', 'nandu')],
    ['one space less', (text: string) => text.trimEnd()],
    ['the same JSON, serialized again', (text: string) => JSON.stringify(JSON.parse(text))],
  ])('rejects a body with %s', async (_what, change) => {
    const callback = await received(`${OLD} ${NEW}`);
    const changed = { ...callback, text: change(callback.text) };

    expect(changed.text).not.toBe(callback.text);
    for (const secret of [OLD, NEW]) {
      expect(() => verified(new Webhook(secret), changed)).toThrow(WebhookVerificationError);
    }
  });

  it.each(['webhook-id', 'webhook-timestamp'])('rejects another %s', async (name) => {
    const callback = await received(NEW);
    // One second more is within the receiver's tolerance: only the signature is wrong.
    const other = name === 'webhook-id' ? 'message_2' : String(Number(callback.headers[name]) + 1);
    const forged = { ...callback, headers: { ...callback.headers, [name]: other } };

    expect(() => verified(new Webhook(NEW), forged)).toThrow('No matching signature found');
  });

  it('rejects a replay of an old one', async () => {
    const callback = await received(NEW, {}, new ManualClock(systemClock.now() - 6 * 60_000));

    expect(() => verified(new Webhook(NEW), callback)).toThrow('Message timestamp too old');
  });
});
