import { type Phone, type SendOptions } from '../../../simulator/phones/phone.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { encode } from '../../../src/whatsapp/signal/key-codec.ts';
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

/** Somebody of whom the account has never heard. */
function stranger(): Phone {
  people += 1;
  return world.whatsapp.phone(`54911000000${String(people).padStart(2, '0')}`, `Persona ${people}`);
}

/** What the backend is told next of the message with this id. */
async function told(messageId: string) {
  const received = await world.backend.next(({ body }) => body.message_id === messageId);
  return { ...received, body: received.body as Record<string, unknown> };
}

async function said(by: Phone, to: string, options: SendOptions = {}): Promise<Record<string, unknown>> {
  return (await told(await by.sendText(to, 'hola', options))).body;
}

describe('who sent a message is told by number and LID', () => {
  it.each<[string, SendOptions, 'before' | 'never']>([
    ['that is addressed by LID', { addressing: 'lid' }, 'never'],
    ['that is addressed by number', { addressing: 'pn' }, 'never'],
    ['that is addressed by LID alone', { addressing: 'lid', hidesOtherName: true }, 'before'],
    ['that is addressed by number alone', { addressing: 'pn', hidesOtherName: true }, 'never'],
  ])('%s', async (_, options, isKnown) => {
    const person = stranger();
    if (isKnown === 'before') await said(person, ACCOUNT);

    expect(await said(person, ACCOUNT, options)).toMatchObject({
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
  ])('in a group that names its members by %s, with %p', async (addressing, options) => {
    const person = stranger();
    const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone], addressing });

    expect(await said(person, group.jid, options)).toMatchObject({
      sender_number: person.number,
      sender_lid: person.lid,
      group_id: group.jid,
    });
  });

  it('and so are the people whom it names', async () => {
    const [person, known, unknown] = [stranger(), stranger(), stranger()];
    await said(known, ACCOUNT);
    const contextInfo = { mentionedJid: [known.lid, known.jid, unknown.lid] };

    const { body } = await told(await person.send(ACCOUNT, { extendedTextMessage: { text: '@alguien', contextInfo } }));

    expect(body.mentions).toEqual([known.number, known.number, unknown.lid]);
  });
});

describe('what becomes of a message that was sent to a LID', () => {
  it('is told with the number, though the receipt comes under the LID', async () => {
    const person = stranger();
    await said(person, ACCOUNT);

    const { body } = await world.orchestrator.send(account.sessionId, person.lid, 'hola');
    const { messageId } = body as { messageId: string };
    await person.next(({ id }) => id === messageId);
    await person.markRead(messageId);

    for (const status of ['sent', 'delivered', 'read']) {
      expect((await told(messageId)).body).toMatchObject({ status, to_number: person.number });
    }
  });

  it('is told with the number from when that becomes known', async () => {
    const person = stranger();
    const { body } = await world.orchestrator.send(account.sessionId, person.lid, 'hola');
    const { messageId } = body as { messageId: string };
    for (const status of ['sent', 'delivered']) {
      expect((await told(messageId)).body).toMatchObject({ status, to_number: null });
    }

    await said(person, ACCOUNT);
    await person.markRead(messageId);

    expect((await told(messageId)).body).toMatchObject({ status: 'read', to_number: person.number });
  });
});

/** What a process has learned and stored, and could tell nobody. */
async function storeNumberOf({ number, lid }: Phone): Promise<void> {
  await using storage = openStorage(world.authDir, systemClock, null);
  const user = lid.replace('@lid', '');
  const names = { [number]: user, [`${user}_reverse`]: number };
  const changes = Object.entries(names).map(([id, name]) => ({ type: 'lid-mapping', id, value: encode(name) }));
  await storage.signalKeys.set(account.sessionId as SessionId, changes);
}

describe('a number that becomes known later', () => {
  /** A message that the backend is told without the number of its sender. */
  async function unnumbered(person: Phone) {
    const id = await person.sendText(ACCOUNT, 'sin número', { hidesOtherName: true });
    const first = await told(id);
    expect(first.body).toMatchObject({ sender_number: null, sender_lid: person.lid, corrected_fields: [] });
    return first;
  }

  it.each<[string, (person: Phone) => Promise<unknown>]>([
    ['by a later message', (person) => person.sendText(ACCOUNT, 'con número')],
    ['by an answer to us', (person) => world.orchestrator.send(account.sessionId, person.number, 'hola')],
    [
      'by a group',
      (person) => {
        const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
        return person.sendText(group.jid, 'con número', { hidesOtherName: true });
      },
    ],
  ])('%s has the message told once more, with it', async (_, becomesKnown) => {
    const person = stranger();
    const first = await unnumbered(person);

    await becomesKnown(person);

    const again = await told(first.body.message_id as string);
    expect(again.body).toEqual({ ...first.body, sender_number: person.number, corrected_fields: ['sender_number'] });
    expect(again.headers['webhook-id']).not.toBe(first.headers['webhook-id']);
    expect(Number(again.headers['x-session-seq'])).toBeGreaterThan(Number(first.headers['x-session-seq']));
  });

  it('comes before the message that brought it', async () => {
    const person = stranger();
    const first = await unnumbered(person);

    const later = await person.sendText(ACCOUNT, 'con número');

    const [brought, again] = [await told(later), await told(first.body.message_id as string)];
    expect([brought.body, again.body]).toMatchObject([
      { corrected_fields: [] },
      { corrected_fields: ['sender_number'] },
    ]);
    expect(Number(brought.headers['x-session-seq'])).toBe(Number(again.headers['x-session-seq']) + 1);
  });

  it('is told once, however often WhatsApp tells it, and only of the messages that lacked it', async () => {
    const person = stranger();
    const first = await unnumbered(person);
    for (let count = 0; count < 3; count += 1) await said(person, ACCOUNT);

    const all = world.backend.accepted.filter(({ body }) => body.sender_lid === person.lid);
    expect(all.filter(({ body }) => body.message_id === first.body.message_id)).toHaveLength(2);
    expect(all).toHaveLength(5);
  });

  it('is put into the callback that still waits, under the same key and number', async () => {
    const person = stranger();
    world.backend.answerWith(503);
    const blocking = await stranger().sendText(ACCOUNT, 'primero');
    await world.backend.next(({ body }) => body.message_id === blocking, { evenRefused: true });
    const id = await person.sendText(ACCOUNT, 'sin número', { hidesOtherName: true });
    const later = await person.sendText(ACCOUNT, 'con número');
    await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));

    world.backend.recovers();

    const { body } = await world.whileTimeFlies(told(id));
    expect(body).toMatchObject({ sender_number: person.number, sender_lid: person.lid, corrected_fields: [] });
    await world.whileTimeFlies(told(later));
    expect(world.backend.accepted.filter((received) => received.body.message_id === id)).toHaveLength(1);
  });

  it('of a message that could not be decrypted at first is told of what it said alone', async () => {
    const person = stranger();
    await unnumbered(person);
    world.whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 1 });
    const id = await person.sendText(ACCOUNT, 'dañado', { hidesOtherName: true });
    expect((await told(id)).body).toMatchObject({ message_type: 'undecryptable', sender_number: null });
    expect((await told(id)).body).toMatchObject({ message_content: 'dañado', sender_number: null });

    await said(person, ACCOUNT);

    expect((await told(id)).body).toMatchObject({ message_content: 'dañado', sender_number: person.number });
    expect(world.backend.accepted.filter(({ body }) => body.message_id === id)).toHaveLength(3);
  });

  it('makes no other message of one that WhatsApp delivers again', async () => {
    const person = stranger();
    world.whatsapp.fault('lose-receipts', { number: ACCOUNT });
    const first = await unnumbered(person);
    await said(person, ACCOUNT);
    await told(first.body.message_id as string);

    world.whatsapp.clearFaults();
    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));
    await said(person, ACCOUNT);

    const all = world.backend.accepted.filter(({ body }) => body.message_id === first.body.message_id);
    expect(all.map(({ body }) => body.sender_number as string | null)).toEqual([null, person.number]);
  });

  it('is not missed when the process ends right after it was stored', async () => {
    const person = stranger();
    const first = await unnumbered(person);
    await world.stopOrchestrator();
    await storeNumberOf(person);

    await world.startOrchestrator();

    expect((await told(first.body.message_id as string)).body).toMatchObject({ sender_number: person.number });
  });
});
