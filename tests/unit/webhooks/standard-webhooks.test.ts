import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { createPost } from '../../../src/webhooks/delivery-client.ts';
import { EVENT_PATHS, type EventKind } from '../../../src/domain/event.ts';
import { type PendingCallback } from '../../../src/ports/callbacks.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { type Clock, systemClock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { type Received, startTestBackend } from '../../harness/test-backend.ts';

const OLD = `whsec_${Buffer.from('the key that is on its way out').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the key that comes in its place').toString('base64')}`;
const PLAIN = 'a-secret-that-is-just-a-text';
const KINDS = Object.keys(EVENT_PATHS) as EventKind[];

const message: PendingCallback = {
  id: 1,
  webhookId: 'message_1',
  sessionId: 'session_1_ana' as SessionId,
  seq: 7,
  kind: 'message-received',
  // Spaces, an escape and characters of two to four bytes: only the very same bytes verify.
  body: '{"session_id": "session_1_ana", "message_content":"¿cómo está ñandú? 🦙 \\u00e9" } ',
  createdAtMs: 0,
  attempts: 0,
  firstFailedAtMs: null,
};

/** What a real receiver gets of it. */
async function received(secret: string, change: Partial<PendingCallback> = {}, clock: Clock = systemClock) {
  await using backend = await startTestBackend();
  const settings = { apiKey: null, secret: new Secret(secret), timeoutMs: 5_000, version: '4.0.0' };
  await createPost({ baseUrl: backend.url, ...settings }, clock)({ ...message, ...change });
  return await backend.next();
}

/** What the library that receivers use takes it for: its body, or an error. */
function verified(webhook: Webhook, { text, headers }: Pick<Received, 'text' | 'headers'>): unknown {
  return webhook.verify(text, headers as Record<string, string>);
}

describe('a receiver with the Standard Webhooks library', () => {
  it.each(KINDS)('takes %s for genuine', async (kind) => {
    const callback = await received(NEW, { kind });

    expect(callback.path).toBe(EVENT_PATHS[kind]);
    expect(verified(new Webhook(NEW), callback)).toEqual(JSON.parse(message.body));
  });

  it('needs no whsec_ secret: a plain text is its own key', async () => {
    const callback = await received(PLAIN);

    expect(verified(new Webhook(PLAIN, { format: 'raw' }), callback)).toEqual(JSON.parse(message.body));
  });

  it('may know the old secret or the new one during a rotation', async () => {
    const callback = await received(`${OLD},${NEW}`);

    expect(verified(new Webhook(OLD), callback)).toEqual(JSON.parse(message.body));
    expect(verified(new Webhook(NEW), callback)).toEqual(JSON.parse(message.body));
  });

  it('refuses it once the secret it knows is gone', async () => {
    const callback = await received(NEW);

    expect(() => verified(new Webhook(OLD), callback)).toThrow(WebhookVerificationError);
  });

  it.each([
    ['another word', (text: string) => text.replace('ñandú', 'nandu')],
    ['a space less', (text: string) => text.trimEnd()],
    ['the same JSON, written anew', (text: string) => JSON.stringify(JSON.parse(text))],
  ])('refuses a body with %s', async (_what, change) => {
    const callback = await received(`${OLD} ${NEW}`);
    const changed = { ...callback, text: change(callback.text) };

    expect(changed.text).not.toBe(callback.text);
    for (const secret of [OLD, NEW]) {
      expect(() => verified(new Webhook(secret), changed)).toThrow(WebhookVerificationError);
    }
  });

  it.each(['webhook-id', 'webhook-timestamp'])('refuses another %s', async (name) => {
    const callback = await received(NEW);
    // A second more is within what the receiver lets pass, and so is refused for the signature alone.
    const other = name === 'webhook-id' ? 'message_2' : String(Number(callback.headers[name]) + 1);
    const forged = { ...callback, headers: { ...callback.headers, [name]: other } };

    expect(() => verified(new Webhook(NEW), forged)).toThrow('No matching signature found');
  });

  it('refuses one that was recorded long ago', async () => {
    const callback = await received(NEW, {}, new ManualClock(systemClock.now() - 6 * 60_000));

    expect(() => verified(new Webhook(NEW), callback)).toThrow('Message timestamp too old');
  });
});
