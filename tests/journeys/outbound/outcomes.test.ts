import { node, type Stanza } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

interface Linked {
  sessionId: string;
  person: Phone;
}

async function linked(world: World): Promise<Linked> {
  const person = world.whatsapp.phone(PERSON, 'Juan');
  return { sessionId: (await world.link(world.whatsapp.phone(ACCOUNT))).sessionId, person };
}

/** Sends a message that the person receives, but WhatsApp neither acknowledges nor confirms; returns its id. */
async function unacknowledged(world: World, { sessionId, person }: Linked): Promise<string> {
  world.whatsapp.fault('no-message-ack', { times: 1 });
  receiptsAs(world, () => []);
  const sending = world.orchestrator.send(sessionId, PERSON, 'hola');
  await person.next(({ text }) => text === 'hola');
  world.clock.skip(10_000);
  const { body } = await sending;
  expect(body).toMatchObject({ status: 'pending' });
  return body.messageId;
}

/** The statuses of the message that the backend has received before a last message from the person. */
async function statusesOf(world: World, { person }: Linked, messageId: string): Promise<unknown[]> {
  const last = await person.sendText(ACCOUNT, 'fin');
  await world.backend.next(({ body }) => body.message_id === last);
  return world.backend.received
    .filter(({ path, body }) => path.endsWith('messages/status-update') && body.message_id === messageId)
    .map(({ body }) => body.status as unknown);
}

/** Makes WhatsApp replace each receipt with the ones that `forms` returns. */
function receiptsAs(world: World, forms: (receipt: Stanza) => Stanza[]): void {
  world.whatsapp.use({
    name: 'replace receipts',
    onSend: (stanza, _client, send) => {
      for (const each of stanza.tag === 'receipt' ? forms(stanza) : [stanza]) send(each);
    },
  });
}

const receipt = ({ attrs }: Stanza, change: Record<string, string>): Stanza => node('receipt', { ...attrs, ...change });

describe('the status of a message', () => {
  it('advances step by step and never goes back, even when the receipts come under the LID', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const from = account.person.lid;
    receiptsAs(world, (stanza) => [
      receipt(stanza, { from }),
      receipt(stanza, { from }),
      receipt(stanza, { from, type: 'read' }),
      receipt(stanza, { from }),
      receipt(stanza, { from, type: 'played' }),
      receipt(stanza, { from, type: 'read' }),
    ]);

    const { body } = await world.orchestrator.send(account.sessionId, PERSON, 'hola');
    await world.backend.next(({ body: update }) => update.message_id === body.messageId && update.status === 'played');

    expect(await statusesOf(world, account, body.messageId)).toEqual(['sent', 'delivered', 'read', 'played']);
  });

  it('becomes failed after ten minutes without an acknowledgement, even across a restart', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const messageId = await unacknowledged(world, account);

    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(account.sessionId, { status: 'connected' });
    world.clock.skip(9 * 60_000);
    expect(await statusesOf(world, account, messageId)).toEqual([]);
    world.clock.skip(60_000);

    const { body: update } = await world.backend.next('messages/status-update');
    expect(update).toMatchObject({
      ...{ message_id: messageId, to_number: PERSON },
      ...{ status: 'failed', error_code: 'no_acknowledgement' },
    });
  });

  it('becomes failed when the session ends without an acknowledgement', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const messageId = await unacknowledged(world, account);

    await world.orchestrator.delete(`/sessions/${account.sessionId}`);

    const { body: update } = await world.backend.next('messages/status-update');
    expect(update).toMatchObject({ message_id: messageId, status: 'failed', error_code: 'no_acknowledgement' });
  });
});

describe('a message that is being sent while its session is deleted', () => {
  it('is reported as failed when WhatsApp has not acknowledged it', async () => {
    await using world = await startWorld();
    const { sessionId, person } = await linked(world);
    world.whatsapp.fault('no-message-ack', { times: 1 });
    receiptsAs(world, () => []);
    const sending = world.orchestrator.send(sessionId, PERSON, 'hola');
    await person.next(({ text }) => text === 'hola');

    await world.orchestrator.delete(`/sessions/${sessionId}`);

    const { body } = await sending;
    await world.backend.next(({ body: it }) => it.status === 'failed' && it.message_id === body.messageId);
  });

  it('is reported as failed when it has not left yet, which it then never does', async () => {
    await using world = await startWorld();
    const { sessionId, person } = await linked(world);
    const asked = Promise.withResolvers<undefined>();
    world.whatsapp.use({
      name: 'keys are never given',
      onStanza: (stanza) => {
        if (stanza.tag !== 'iq' || stanza.attrs.xmlns !== 'encrypt' || stanza.attrs.type !== 'get') return false;
        asked.resolve(undefined);
        return true;
      },
    });
    const sending = world.orchestrator.send(sessionId, PERSON, 'hola');
    await asked.promise;

    await world.orchestrator.delete(`/sessions/${sessionId}`);

    const { body } = await sending;
    await world.backend.next(({ body: it }) => it.status === 'failed' && it.message_id === body.messageId);
    expect(person.messages().messages).toEqual([]);
  });
});

describe('a message that cannot be sent', () => {
  it('is refused and reported as failed when WhatsApp lists no device of the recipient', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    world.whatsapp.use({
      name: 'no devices',
      onSend: (stanza, _client, send) => send(withoutDevicesOf(stanza, [account.person.jid, account.person.lid])),
    });

    const answer = await world.orchestrator.send(account.sessionId, PERSON, 'hola');

    expect(answer).toMatchObject({ status: 502, body: { success: false, error: 'message_not_sent' } });
    await world.backend.next(({ body }) => body.status === 'failed' && body.error_code === 'no_devices');
    expect(account.person.messages().messages).toEqual([]);
  });

  it('is refused and reported as failed when WhatsApp provides no keys to encrypt it', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    world.whatsapp.fault('error-answer', { xmlns: 'encrypt', code: 500 });

    const answer = await world.orchestrator.send(account.sessionId, PERSON, 'hola');

    expect(answer).toMatchObject({ status: 502, body: { success: false, error: 'message_not_sent' } });
    const { body } = await world.backend.next('messages/status-update');
    expect(body).toMatchObject({ status: 'failed', error_code: 'not_sent', to_number: PERSON });
    world.whatsapp.clearFaults();
    expect(await world.orchestrator.send(account.sessionId, PERSON, 'otra vez')).toMatchObject({ status: 200 });
  });
});

/** The stanza without the device lists of these users. */
function withoutDevicesOf(stanza: Stanza, users: readonly string[]): Stanza {
  if (!Array.isArray(stanza.content)) return stanza;
  if (stanza.tag === 'user' && users.includes(stanza.attrs.jid ?? '')) {
    return { ...stanza, content: stanza.content.filter(({ tag }) => tag !== 'devices') };
  }
  return { ...stanza, content: stanza.content.map((child) => withoutDevicesOf(child, users)) };
}
