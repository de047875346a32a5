import type { SendOptions } from '../../../simulator/phones/phone-sender.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { encode } from '../../../src/whatsapp/signal/key-codec.ts';
import { openStored } from '../../harness/stored.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';

let world: World;
let account: LinkedAccount;
let people = 0;

beforeAll(async () => {
  world = await startWorld();
  account = await world.link(world.whatsapp.phone(ACCOUNT, 'Tienda'));
});
afterEach(() => world.backend.recovers());
afterAll(() => world[Symbol.asyncDispose]());

/** A person whom the account does not know yet. */
function stranger(): Phone {
  people += 1;
  return world.whatsapp.phone(`54911000000${String(people).padStart(2, '0')}`, `Persona ${people}`);
}

/** The next webhook that the backend accepts for the message with this id. */
async function webhookFor(messageId: string) {
  const received = await world.backend.next(({ body }) => body.message_id === messageId);
  return { ...received, body: received.body as Record<string, unknown> };
}

/** Has a person send a text; returns the body of the webhook that the backend accepts for it. */
async function receivedFrom(by: Phone, to: string, options: SendOptions = {}): Promise<Record<string, unknown>> {
  return (await webhookFor(await by.sendText(to, 'hola', options))).body;
}

describe('a received message carries the number and the LID of its sender', () => {
  it.each<[string, SendOptions, 'before' | 'never']>([
    ['when it is addressed by LID', { addressing: 'lid' }, 'never'],
    ['when it is addressed by number', { addressing: 'pn' }, 'never'],
    ['when it is addressed by LID alone', { addressing: 'lid', hidesOtherName: true }, 'before'],
    ['when it is addressed by number alone', { addressing: 'pn', hidesOtherName: true }, 'never'],
  ])('%s', async (_, options, isKnown) => {
    const person = stranger();
    if (isKnown === 'before') await receivedFrom(person, ACCOUNT);

    expect(await receivedFrom(person, ACCOUNT, options)).toMatchObject({
      sender_number: person.number,
      sender_lid: person.lid,
      sender_name: person.name,
      is_group: false,
    });
  });

  it.each<['lid' | 'pn', SendOptions]>([
    ['lid', {}],
    ['lid', { hidesOtherName: true }],
    ['pn', {}],
    ['pn', { hidesOtherName: true }],
  ])('in a group that is addressed by %s, with the options %p', async (addressing, options) => {
    const person = stranger();
    const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone], addressing });

    expect(await receivedFrom(person, group.jid, options)).toMatchObject({
      sender_number: person.number,
      sender_lid: person.lid,
      group_id: group.jid,
    });
  });

  it('and lists its mentions by number, or by LID while the number is unknown', async () => {
    const [person, known, unknown] = [stranger(), stranger(), stranger()];
    await receivedFrom(known, ACCOUNT);
    const contextInfo = { mentionedJid: [known.lid, known.jid, unknown.lid] };

    const { body } = await webhookFor(
      await person.send(ACCOUNT, { extendedTextMessage: { text: '@alguien', contextInfo } }),
    );

    expect(body.mentions).toEqual([known.number, known.number, unknown.lid]);
  });
});

describe('the status updates of a message to a LID', () => {
  it('carry the number, even when the receipt comes under the LID', async () => {
    const person = stranger();
    await receivedFrom(person, ACCOUNT);

    const { body } = await world.orchestrator.send(account.sessionId, person.lid, 'hola');
    const { messageId } = body as { messageId: string };
    await person.next(({ id }) => id === messageId);
    await person.markRead(messageId);

    for (const status of ['sent', 'delivered', 'read']) {
      expect((await webhookFor(messageId)).body).toMatchObject({ status, to_number: person.number });
    }
  });

  it('carry the number as soon as it becomes known', async () => {
    const person = stranger();
    const { body } = await world.orchestrator.send(account.sessionId, person.lid, 'hola');
    const { messageId } = body as { messageId: string };
    for (const status of ['sent', 'delivered']) {
      expect((await webhookFor(messageId)).body).toMatchObject({ status, to_number: null });
    }

    await receivedFrom(person, ACCOUNT);
    await person.markRead(messageId);

    expect((await webhookFor(messageId)).body).toMatchObject({ status: 'read', to_number: person.number });
  });
});

/** Stores the number, as a process does that ends before it reports the number. */
async function storeNumberOf({ number, lid }: Phone): Promise<void> {
  await using storage = await openStored(world.authDir);
  const user = lid.replace('@lid', '');
  const names = { [number]: user, [`${user}_reverse`]: number };
  const changes = Object.entries(names).map(([id, name]) => ({ type: 'lid-mapping', id, value: encode(name) }));
  await storage.signalKeys.set(account.sessionId as SessionId, changes);
}

describe('a sender number that is learned later', () => {
  /** Has a person send a message whose webhook lacks the number of its sender; returns that webhook. */
  async function messageWithoutNumber(person: Phone) {
    const id = await person.sendText(ACCOUNT, 'sin número', { hidesOtherName: true });
    const first = await webhookFor(id);
    expect(first.body).toMatchObject({ sender_number: null, sender_lid: person.lid, corrected_fields: [] });
    return first;
  }

  it.each<[string, (person: Phone) => Promise<unknown>]>([
    ['from another message', (person) => person.sendText(ACCOUNT, 'con número')],
    ['from a message of ours', (person) => world.orchestrator.send(account.sessionId, person.number, 'hola')],
    [
      'from a group',
      (person) => {
        const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
        return person.sendText(group.jid, 'con número', { hidesOtherName: true });
      },
    ],
  ])('%s corrects the earlier message with a second webhook', async (_, revealNumber) => {
    const person = stranger();
    const first = await messageWithoutNumber(person);

    await revealNumber(person);

    const correction = await webhookFor(first.body.message_id as string);
    expect(correction.body).toEqual({
      ...first.body,
      sender_number: person.number,
      corrected_fields: ['sender_number'],
    });
    expect(correction.headers['webhook-id']).not.toBe(first.headers['webhook-id']);
    expect(Number(correction.headers['x-session-seq'])).toBeGreaterThan(Number(first.headers['x-session-seq']));
  });

  it('is reported before the message that revealed it', async () => {
    const person = stranger();
    const first = await messageWithoutNumber(person);

    const laterId = await person.sendText(ACCOUNT, 'con número');

    const [later, correction] = [await webhookFor(laterId), await webhookFor(first.body.message_id as string)];
    expect([later.body, correction.body]).toMatchObject([
      { corrected_fields: [] },
      { corrected_fields: ['sender_number'] },
    ]);
    expect(Number(later.headers['x-session-seq'])).toBe(Number(correction.headers['x-session-seq']) + 1);
  });

  it('is reported once, however often WhatsApp repeats it, and only for messages that lacked it', async () => {
    const person = stranger();
    const first = await messageWithoutNumber(person);
    for (let count = 0; count < 3; count += 1) await receivedFrom(person, ACCOUNT);

    const all = world.backend.accepted.filter(({ body }) => body.sender_lid === person.lid);
    expect(all.filter(({ body }) => body.message_id === first.body.message_id)).toHaveLength(2);
    expect(all).toHaveLength(5);
  });

  it('is added to a webhook that is still pending, without a second one', async () => {
    const person = stranger();
    world.backend.answerWith(503);
    const blocking = await stranger().sendText(ACCOUNT, 'primero');
    await world.backend.next(({ body }) => body.message_id === blocking, { evenRefused: true });
    const id = await person.sendText(ACCOUNT, 'sin número', { hidesOtherName: true });
    const later = await person.sendText(ACCOUNT, 'con número');
    await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));

    world.backend.recovers();

    const { body } = await world.fastForwardUntil(webhookFor(id));
    expect(body).toMatchObject({ sender_number: person.number, sender_lid: person.lid, corrected_fields: [] });
    await world.fastForwardUntil(webhookFor(later));
    expect(world.backend.accepted.filter((received) => received.body.message_id === id)).toHaveLength(1);
  });

  it('corrects only the decrypted version of a message that was undecryptable at first', async () => {
    const person = stranger();
    await messageWithoutNumber(person);
    world.whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 1 });
    const id = await person.sendText(ACCOUNT, 'dañado', { hidesOtherName: true });
    expect((await webhookFor(id)).body).toMatchObject({ message_type: 'undecryptable', sender_number: null });
    expect((await webhookFor(id)).body).toMatchObject({ message_content: 'dañado', sender_number: null });

    await receivedFrom(person, ACCOUNT);

    expect((await webhookFor(id)).body).toMatchObject({ message_content: 'dañado', sender_number: person.number });
    expect(world.backend.accepted.filter(({ body }) => body.message_id === id)).toHaveLength(3);
  });

  it('does not repeat a message that WhatsApp delivers again', async () => {
    const person = stranger();
    world.whatsapp.fault('lose-receipts', { number: ACCOUNT });
    const first = await messageWithoutNumber(person);
    await receivedFrom(person, ACCOUNT);
    await webhookFor(first.body.message_id as string);

    world.whatsapp.clearFaults();
    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));
    await receivedFrom(person, ACCOUNT);

    const all = world.backend.accepted.filter(({ body }) => body.message_id === first.body.message_id);
    expect(all.map(({ body }) => body.sender_number as string | null)).toEqual([null, person.number]);
  });

  it('is still reported when the process ends right after storing it', async () => {
    const person = stranger();
    const first = await messageWithoutNumber(person);
    await world.stopOrchestrator();
    await storeNumberOf(person);

    await world.startOrchestrator();

    expect((await webhookFor(first.body.message_id as string)).body).toMatchObject({ sender_number: person.number });
  });
});
