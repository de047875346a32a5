import type { proto } from '@whiskeysockets/baileys';
import { ANA, linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const DAY = 86_400;
const scene = linkedClientForAllTests();

/** The content of the message with this id, as the client reports it. */
async function reported(id: string): Promise<proto.IMessage> {
  const { message } = await scene.client.message(({ key, message }) => key.id === id && !!message);
  return message.message!;
}

function disappears(text: string, expiration: number): object {
  return {
    ephemeralMessage: {
      message: {
        extendedTextMessage: {
          text,
          contextInfo: {
            ...{ expiration, ephemeralSettingTimestamp: expect.anything() as unknown },
            disappearingMode: expect.anything() as unknown,
          },
        },
      },
    },
  };
}

describe('the disappearing timer of a chat', () => {
  it('is told to the clients of the other side, and named by what follows, whoever sends it', async () => {
    const { ana, whatsapp } = scene;
    const shop = whatsapp.phone(SHOP);
    const change = await ana.chats.setTimer(SHOP, DAY);
    const text = await ana.sendText(SHOP, 'hola');

    expect(await reported(change)).toMatchObject({
      ephemeralMessage: { message: { protocolMessage: { ephemeralExpiration: DAY } } },
    });
    expect(await reported(text)).toMatchObject(disappears('hola', DAY));
    await shop.next(({ text }) => text === 'hola');
    await shop.sendText(ANA, 'sí');

    expect(await ana.next()).toMatchObject({ text: 'sí', expiration: DAY });
    expect(shop.chats.timerOf(ANA)).toBe(DAY);
  });

  it('is named no more as one that disappears once it is off', async () => {
    const { ana } = scene;
    await ana.chats.setTimer(SHOP, DAY);
    await ana.chats.setTimer(SHOP, 0);
    const id = await ana.sendText(SHOP, 'queda');

    expect(await reported(id)).toMatchObject({
      extendedTextMessage: { text: 'queda', contextInfo: { expiration: 0 } },
    });
  });

  it.each(['reaction', 'edit'])('is not named by what is about another message (%s)', async (what) => {
    const { ana } = scene;
    const text = await ana.sendText(SHOP, 'uno');
    await ana.chats.setTimer(SHOP, DAY);
    if (what === 'edit') await ana.edit(text, 'dos', { id: what, form: 'plain' });
    else await ana.send(SHOP, { reactionMessage: { key: { id: text }, text: '👍' } }, { id: what });

    expect(Object.keys(await reported(what))).not.toContain('ephemeralMessage');
  });

  it('is a property of a group, which clients can read and change', async () => {
    const { ana, client, whatsapp } = scene;
    const shop = whatsapp.phone(SHOP);
    const group = whatsapp.group({ subject: 'Neighbours', members: [ana, shop] });

    const id = await ana.chats.setTimer(group, DAY);

    expect(await client.stanza(({ attrs }) => attrs.id === id)).toMatchObject({
      attrs: { type: 'w:gp2', id, participant: ana.lid },
      content: [{ tag: 'ephemeral', attrs: { expiration: String(DAY) } }],
    });
    expect(await client.sock!.groupMetadata(group.jid)).toMatchObject({ ephemeralDuration: DAY });
    await client.sock!.groupToggleEphemeral(group.jid, 0);
    expect(ana.chats.timerOf(group)).toBe(0);
  });

  it('begins with the default of whoever begins the chat', async () => {
    const { whatsapp } = scene;
    const luz = whatsapp.phone('5491133445566', 'Luz');
    luz.chats.setDefaultTimer(DAY);
    const id = await luz.sendText(SHOP, 'hola');

    expect(await reported(id)).toMatchObject(disappears('hola', DAY));
    await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  });
});

it('an account is told of its own default timer', async () => {
  const { client, whatsapp } = scene;
  whatsapp.phone(SHOP).chats.setDefaultTimer(DAY);

  await whatsapp.until(
    () => client.sock!.authState.creds.accountSettings.defaultDisappearingMode?.ephemeralExpiration === DAY,
  );
});
