import { mock } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { childrenOf, node, type Stanza } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

let world: World;
let person: Phone;
let fiend: Phone;
let account: LinkedAccount;

beforeAll(async () => {
  world = await startWorld();
  account = await world.link(world.whatsapp.phone(ACCOUNT));
  person = world.whatsapp.phone('5490987654321', 'Juan');
  fiend = world.whatsapp.phone('5490666000666', 'Malo');
});
afterAll(() => world[Symbol.asyncDispose]());

/** Changes the next message to the account on its way, once. */
function tamper(change: (message: Stanza) => Stanza): void {
  let isDone = false;
  const tampering = world.whatsapp.use({
    name: 'tamper with a message',
    onSend(stanza, client, send) {
      if (stanza.tag !== 'message' || client.number !== ACCOUNT || isDone) {
        send(stanza);
        return;
      }
      isDone = true;
      tampering[Symbol.dispose]();
      send(change(stanza));
    },
  });
}

/** A message with this `t`, or without any. */
function timed(t: string | undefined): (message: Stanza) => Stanza {
  return (message) => {
    const attrs = { ...message.attrs };
    if (t === undefined) delete attrs.t;
    else attrs.t = t;
    return { ...message, attrs };
  };
}

/** A message with another child in front. */
function preceded(child: Stanza): (message: Stanza) => Stanza {
  return (message) => ({ ...message, content: [child, ...childrenOf(message)] });
}

/** The body of the webhook that the backend accepts for the message with this id. */
async function told(id: string): Promise<Record<string, unknown>> {
  const { body } = await world.backend.next((received) => received.body.message_id === id);
  return body as Record<string, unknown>;
}

describe('a message is delivered', () => {
  it.each([
    ['without a time', undefined],
    ['with a time that is no number', 'never'],
    ['with a time that no date can have', '8640000000001'],
  ])('%s, as if it was sent now', async (_, t) => {
    const before = world.clock.now();
    tamper(timed(t));

    const { message_content, timestamp } = await told(await person.sendText(ACCOUNT, 'hola'));

    expect(message_content).toBe('hola');
    const sentAt = Date.parse(timestamp as string);
    expect(sentAt).toBeGreaterThanOrEqual(before);
    expect(sentAt).toBeLessThanOrEqual(world.clock.now());
  });

  it.each([
    ['a verified name that cannot be decoded', Buffer.from([255, 255, 1])],
    ['a verified name whose details cannot be decoded', Buffer.from([10, 2, 255, 255])],
    ['an empty verified name', Buffer.alloc(0)],
  ])('with %s', async (_, content) => {
    tamper(preceded(node('verified_name', {}, content)));

    expect(await told(await person.sendText(ACCOUNT, 'hola'))).toMatchObject({ message_content: 'hola' });
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'under the id %s, and on the same connection as the next',
    async (id) => {
      const connections = world.whatsapp.stats().logins;

      await person.sendText(ACCOUNT, 'hola', { id });

      expect(await told(id)).toMatchObject({ message_content: 'hola' });
      await person.untilReceipts(id);
      expect(await told(await person.sendText(ACCOUNT, 'después'))).toMatchObject({ message_content: 'después' });
      expect(world.whatsapp.stats().logins).toBe(connections);
    },
  );
});

it('a message at which Baileys fails before it is decrypted is reported as undecryptable', async () => {
  // Baileys asks for the LID of a number outside of its own error handling.
  world.whatsapp.fault('error-answer', { code: 500, xmlns: 'usync', number: ACCOUNT });
  const stranger = world.whatsapp.phone('5490111222333', 'Nadie');

  const id = await stranger.sendText(ACCOUNT, 'hola', { addressing: 'pn', hidesOtherName: true });

  expect(await told(id)).toMatchObject({ message_type: 'undecryptable', sender_number: stranger.number });
  world.whatsapp.clearFaults();
});

it('a message that cannot be decrypted holds up nothing behind it', async () => {
  const timers = mock.method(globalThis, 'setTimeout');
  world.whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 3 });
  const ids = await Promise.all([1, 2, 3].map((count) => fiend.sendText(ACCOUNT, `dañado ${count}`)));
  await told(await person.sendText(ACCOUNT, 'entero'));

  for (const id of ids) expect(await told(id)).toMatchObject({ message_type: 'undecryptable' });
  // Baileys' pause after each request for another delivery.
  expect(timers.mock.calls.filter((call) => call.arguments[1] === 250)).toEqual([]);
  timers.mock.restore();
});

it('a missed one-to-one call is reported as a call of its caller', async () => {
  const call = (tag: string, attrs: Record<string, string>): Stanza =>
    node('call', { id: `S-${tag}`, from: person.lid, t: '1700000000' }, [
      node(tag, { 'call-id': 'CALL1', 'call-creator': person.lid, ...attrs }),
    ]);
  const ringing = world.whatsapp.use({
    name: 'ring before each message',
    onSend(stanza, client, send) {
      if (stanza.tag === 'message' && client.number === ACCOUNT) {
        send(call('offer', { caller_pn: person.jid }));
        send(call('terminate', { reason: 'timeout' }));
      }
      send(stanza);
    },
  });

  await person.sendText(ACCOUNT, 'te llamé');

  expect(await told('CALL1')).toMatchObject({
    ...{ message_type: 'call', message_content: null, sender_number: person.number, sender_lid: person.lid },
    ...{ chat_id: person.lid, is_group: false, timestamp: '2023-11-14T22:13:20.000Z' },
  });
  ringing[Symbol.dispose]();
});

describe('an unencrypted message', () => {
  const forged = Buffer.from([10, 6, ...Buffer.from('forged')]);

  it('of a person is not taken for genuine', async () => {
    tamper((message) => ({ ...message, content: [node('plaintext', {}, forged)] }));

    expect(await told(await fiend.sendText(ACCOUNT, 'hola'))).toMatchObject({
      message_type: 'undecryptable',
      message_content: null,
    });
  });

  it('beside an encrypted one leaves only that', async () => {
    tamper((message) => ({ ...message, content: [...childrenOf(message), node('plaintext', {}, forged)] }));

    expect(await told(await fiend.sendText(ACCOUNT, 'hola'))).toMatchObject({ message_content: 'hola' });
  });
});

/** What a phone sends to change the message with this id, as if it was its own. */
const changesOf = (id: string, key: proto.IMessageKey = { fromMe: true }): proto.IMessage[] => [
  { protocolMessage: { key: { ...key, id }, type: MESSAGE_EDIT, editedMessage: { conversation: 'cambiado' } } },
  { protocolMessage: { key: { ...key, id }, type: REVOKE } },
];

/** The ids of what the backend accepts of these messages: what it does not get is skipped, since messages keep their order. */
async function toldOf(by: Phone, to: string, messages: readonly proto.IMessage[]): Promise<number[]> {
  const ids = [];
  for (const message of messages) ids.push(await by.send(to, message));
  await told(await by.sendText(to, 'y nada más'));
  const accepted = world.backend.received.map(({ body }) => (body as { message_id?: string }).message_id);
  return ids.flatMap((id, at) => (accepted.includes(id) ? [at] : []));
}

describe('an edit, a deletion', () => {
  it("is delivered when it is the author's, under either address", async () => {
    const id = await person.sendText(ACCOUNT, 'hola', { addressing: 'pn' });

    expect(await toldOf(person, ACCOUNT, changesOf(id))).toEqual([0, 1]);
  });

  it("of somebody else's message is not delivered, and nor is a reaction to it from elsewhere", async () => {
    const id = await person.sendText(ACCOUNT, 'hola');
    await told(id);
    const { body } = await world.orchestrator.send(account.sessionId, fiend.number, 'de la cuenta');
    const { messageId: own } = body as { messageId: string };
    const reactions = [id, own].map((of) => ({ reactionMessage: { key: { id: of }, text: '👎' } }));

    const changes = [...changesOf(id), ...changesOf(own), ...changesOf(own, { fromMe: false }), ...reactions];

    expect(await toldOf(fiend, ACCOUNT, changes)).toEqual([changes.length - 1]);
  });

  it("in a group is delivered when it is the author's, or a deletion by an admin", async () => {
    const group = world.whatsapp.group({ subject: 'Barrio', members: [person, fiend, account.phone] });
    const id = await fiend.sendText(group.jid, 'hola');
    const mine = await person.sendText(group.jid, 'yo');
    const named = { fromMe: false, participant: fiend.lid };

    expect(await toldOf(person, group.jid, changesOf(id, named))).toEqual([1]);
    expect(await toldOf(fiend, group.jid, changesOf(mine, { fromMe: false, participant: person.lid }))).toEqual([]);
    expect(await toldOf(fiend, group.jid, [...changesOf(mine), ...changesOf(id)])).toEqual([2, 3]);

    person.inGroup(group).promote(fiend);
    expect(await toldOf(fiend, group.jid, changesOf(mine))).toEqual([1]);
  });
});
