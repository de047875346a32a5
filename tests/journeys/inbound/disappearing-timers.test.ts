import { proto } from '@whiskeysockets/baileys';
import type { ReceivedMessage } from '../../../simulator/phones/inbox.ts';
import { ACCOUNT, ANA, LUZ, startTwoFriends, type TwoFriends, webhookFor } from '../../harness/two-friends.ts';

const { EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type;
const DAY = 86_400;
const WEEK = 7 * DAY;

let friends: TwoFriends;

beforeAll(async () => {
  friends = await startTwoFriends();
});
afterAll(() => friends.world[Symbol.asyncDispose]());

/** Sends something for a caller; resolves with how its recipient got it. */
async function sent(content: object, phone = friends.ana, number = phone.number): Promise<ReceivedMessage> {
  const { world, account } = friends;
  const path = `/sessions/${account.sessionId}/messages`;
  const { status, body } = await world.orchestrator.post(path, { number, ...content });
  expect({ status, body }).toMatchObject({ status: 200 });
  return phone.next(({ id }) => id === body.messageId);
}

const hello = { type: 'text', text: 'hola' };

/** How many webhooks about the message with this id came so far. */
function countOf(messageId: string): number {
  return friends.world.backend.received.filter(({ body }) => body.message_id === messageId).length;
}

describe('the disappearing timer of a chat with one person', () => {
  it('is reported when it changes, and carried by everything that is sent from then on', async () => {
    const { world, ana } = friends;
    const id = await ana.chats.setTimer(ACCOUNT, DAY);
    expect(await webhookFor(world, id)).toMatchObject({
      ...{ message_type: 'disappearing_timer', seconds: DAY, message_content: null, unsupported_keys: [] },
      ...{ sender_number: ANA, is_group: false, from_me: false },
    });

    const text = await sent(hello);
    expect(text.message.extendedTextMessage?.contextInfo).toMatchObject({
      expiration: DAY,
      ephemeralSettingTimestamp: expect.anything() as unknown,
      disappearingMode: { initiator: 0, trigger: 1 },
    });
    for (const content of [
      { type: 'location', location: { latitude: 1, longitude: 2 } },
      { type: 'contact', contacts: [{ name: 'Luz', numbers: [LUZ] }] },
      {
        type: 'contact',
        contacts: [
          { name: 'Luz', numbers: [LUZ] },
          { name: 'Ana', numbers: [ANA] },
        ],
      },
      { type: 'poll', poll: { name: '¿Cuándo?', options: ['hoy', 'mañana'] } },
      { ...hello, reply_to: text.id },
      { type: 'forward', message_id: text.id },
    ]) {
      expect(await sent(content)).toMatchObject({ expiration: DAY });
    }
    for (const about of [{ type: 'reaction', emoji: '👍' }, { type: 'edit', text: 'chau' }, { type: 'delete' }]) {
      expect((await sent({ ...about, number: undefined, message_id: text.id })).expiration).toBeUndefined();
    }
  });

  it('is one for LID and number, and nobody else has it', async () => {
    const { world, ana, luz } = friends;
    await webhookFor(world, await ana.chats.setTimer(ACCOUNT, WEEK));

    for (const number of [ANA, ana.lid, ana.jid])
      expect(await sent(hello, ana, number)).toMatchObject({ expiration: WEEK });
    expect((await sent(hello, luz)).expiration).toBeUndefined();
  });

  it('is learnt from what comes, where its change came before the pairing', async () => {
    const { world, luz } = friends;
    const contextInfo = { expiration: DAY, ephemeralSettingTimestamp: 1_700_000_000 };
    const message = { extendedTextMessage: { text: 'hola', contextInfo } };
    await webhookFor(world, await luz.send(ACCOUNT, { ephemeralMessage: { message } }));
    const late = {
      extendedTextMessage: {
        text: 'antes',
        contextInfo: { ...contextInfo, expiration: 90, ephemeralSettingTimestamp: 1 },
      },
    };
    await webhookFor(world, await luz.send(ACCOUNT, late));

    const { message: received } = await sent(hello, luz);
    expect(received.extendedTextMessage?.contextInfo?.expiration).toBe(DAY);
    expect(Number(received.extendedTextMessage?.contextInfo?.ephemeralSettingTimestamp)).toBe(1_700_000_000);
  });

  it('changes when the owner changes it on the phone, and that is not reported', async () => {
    const { world, account, ana } = friends;
    const id = await account.phone.chats.setTimer(ANA, WEEK + 1);
    await world.whatsapp.until(() => ana.chats.timerOf(ACCOUNT) === WEEK + 1);
    await webhookFor(world, await ana.sendText(ACCOUNT, 'después'));

    expect(await sent(hello)).toMatchObject({ expiration: WEEK + 1 });
    expect(countOf(id)).toBe(0);
  });

  it('is turned off', async () => {
    const { world, ana } = friends;
    await webhookFor(world, await ana.chats.setTimer(ACCOUNT, DAY));
    expect(await webhookFor(world, await ana.chats.setTimer(ACCOUNT, 0))).toMatchObject({ seconds: 0 });

    expect((await sent(hello)).expiration).toBeUndefined();
  });

  it('stays as it was when somebody sets it to something absurd', async () => {
    const { world, ana } = friends;
    await webhookFor(world, await ana.chats.setTimer(ACCOUNT, DAY));
    const absurd = await ana.chats.setTimer(ACCOUNT, 2 ** 32 - 1);
    await webhookFor(world, await ana.sendText(ACCOUNT, 'después'));

    expect(await sent(hello)).toMatchObject({ expiration: DAY });
    expect(countOf(absurd)).toBe(0);
  });
});

describe('the disappearing timer of a group', () => {
  it('is reported when it changes, by whom, and carried by what is sent, also once it is off', async () => {
    const { world, ana, luz, group } = friends;
    expect((await sent(hello, ana, group.jid)).expiration).toBeUndefined();

    expect(await webhookFor(world, await luz.chats.setTimer(group, DAY))).toMatchObject({
      ...{
        message_type: 'disappearing_timer',
        seconds: DAY,
        is_group: true,
        group_id: group.jid,
        group_name: 'Ventas',
      },
      ...{ sender_number: LUZ, sender_lid: luz.lid, sender_name: 'Luz', from_me: false },
    });
    const { message, expiration } = await sent(hello, ana, group.jid);
    expect(expiration).toBe(DAY);
    expect(message.extendedTextMessage?.contextInfo?.ephemeralSettingTimestamp).toBeDefined();

    expect(await webhookFor(world, await luz.chats.setTimer(group, 0))).toMatchObject({ seconds: 0 });
    expect((await sent(hello, ana, group.jid)).expiration).toBeUndefined();
  });

  it('does not change by what a member writes', async () => {
    const { world, ana, luz, group } = friends;
    await luz.chats.setTimer(group, 0);
    const forged = await ana.send(group, { protocolMessage: { type: EPHEMERAL_SETTING, ephemeralExpiration: WEEK } });
    const claim = { extendedTextMessage: { text: 'hola', contextInfo: { expiration: WEEK } } };
    await webhookFor(world, await ana.send(group, claim));

    expect((await sent(hello, ana, group.jid)).expiration).toBeUndefined();
    expect(countOf(forged)).toBe(0);
  });
});

it('timers that changed while the session was away are reported once, and are known after a restart', async () => {
  const { world, ana, luz, group } = friends;
  await webhookFor(world, await luz.chats.setTimer(ACCOUNT, WEEK));
  await world.stopOrchestrator();
  const ids = [await ana.chats.setTimer(ACCOUNT, 90), await luz.chats.setTimer(group, 120)];
  await world.startOrchestrator();

  for (const [at, id] of ids.entries()) {
    expect(await webhookFor(world, id)).toMatchObject({ seconds: [90, 120][at], offline: true });
  }
  expect(await sent(hello, luz)).toMatchObject({ expiration: WEEK });
  expect(await sent(hello, ana)).toMatchObject({ expiration: 90 });
  expect(await sent(hello, ana, group.jid)).toMatchObject({ expiration: 120 });
  await world.whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0));
  expect(ids.map(countOf)).toEqual([1, 1]);
});
