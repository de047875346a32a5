import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Companion } from '../../../simulator/phones/companion.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const SHOP = '5491234567890';
const ANA = '5492211111111';

const BUTTONS = {
  ...{ type: 'buttons', header: 'Turno', text: '¿Confirmas?', footer: 'Gracias' },
  buttons: [
    { type: 'reply', text: 'Sí', id: 'yes' },
    { type: 'url', text: 'Ver', url: 'https://example.com/' },
    { type: 'copy', text: 'Copiar', code: 'AB-12' },
    { type: 'call', text: 'Llamar', phone_number: '5491122334455' },
  ],
};
const LIST = {
  ...{ type: 'list', text: '¿Dónde?', button: 'Elegir' },
  sections: [
    { title: 'Norte', rows: [{ id: 'salta', title: 'Salta', description: 'Capital' }] },
    { title: 'Sur', rows: [{ id: 'ushuaia', title: 'Ushuaia' }] },
  ],
};

let world: World;
let sessionId: string;
let ana: Phone;
let companion: Companion;

beforeAll(async () => {
  world = await startWorld();
  ({ sessionId } = await world.link(world.whatsapp.phone(SHOP)));
  ana = world.whatsapp.phone(ANA, 'Ana');
  companion = ana.addCompanion();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Sends this through the API; returns its id once WhatsApp has accepted it. */
async function sent(body: Record<string, unknown>): Promise<string> {
  const answer = await world.orchestrator.post(`/sessions/${sessionId}/messages`, { number: ANA, ...body });
  expect(answer).toMatchObject({ status: 200, body: { status: 'sent' } });
  return answer.body.messageId as string;
}

function told(id: string) {
  return world.backend.next(({ body }) => body.message_id === id);
}

/** Damages the next message of a client, for every device. */
function damageNext(): void {
  const handle = world.whatsapp.use({
    name: 'damage a message',
    onStanza(stanza) {
      if (stanza.tag !== 'message') return false;
      damage(stanza);
      handle[Symbol.dispose]();
      return false;
    },
  });
}

function damage({ content }: Stanza): void {
  if (!Array.isArray(content)) return;
  for (const child of content) {
    if (child.tag !== 'enc') damage(child);
    else if (child.content instanceof Uint8Array) child.content[child.content.length - 1]! ^= 1;
  }
}

describe('buttons', () => {
  it('are shown on the phone, with everything around them', async () => {
    const id = await sent(BUTTONS);

    expect(await ana.next()).toMatchObject({ id, text: '¿Confirmas?' });
    expect(ana.buttons.of(id)).toEqual({
      ...{ header: 'Turno', text: '¿Confirmas?', footer: 'Gracias', rows: [] },
      buttons: [
        { kind: 'quick_reply', text: 'Sí', value: 'yes' },
        { kind: 'cta_url', text: 'Ver', value: 'https://example.com/' },
        { kind: 'cta_copy', text: 'Copiar', value: 'AB-12' },
        { kind: 'cta_call', text: 'Llamar', value: '+5491122334455' },
      ],
    });
  });

  it('answer with their text when they are pressed', async () => {
    const id = await sent(BUTTONS);
    await ana.next();

    const { body } = await told(await ana.buttons.press(id, 'Sí'));

    expect(body).toMatchObject({ message_type: 'buttons_reply', message_content: 'Sí', quoted_message_id: id });
  });

  it('are shown in a group', async () => {
    const group = world.whatsapp.group({ subject: 'Vecinos', members: [world.whatsapp.phone(SHOP), ana] });

    const id = await sent({ ...BUTTONS, number: group.jid });

    expect(await ana.next()).toMatchObject({ id, group: group.jid, text: '¿Confirmas?' });
    const { body } = await told(await ana.buttons.press(id, 'Sí'));
    expect(body).toMatchObject({ message_content: 'Sí', quoted_message_id: id, is_group: true });
  });

  it('are shown to whoever could not read them and asked again, on a phone and on a linked device', async () => {
    const group = world.whatsapp.group({ subject: 'Barrio', members: [world.whatsapp.phone(SHOP), ana] });
    for (const number of [ANA, group.jid]) {
      damageNext();

      const id = await sent({ ...BUTTONS, number });

      expect(await ana.next()).toMatchObject({ id, text: '¿Confirmas?' });
      expect(await companion.next((message) => message.id === id)).toMatchObject({ id, text: '¿Confirmas?' });
    }
    expect(world.whatsapp.stats().retries).toBeGreaterThan(0);
  });

  it('can be replied to, reacted to and deleted, but not edited', async () => {
    const id = await sent(BUTTONS);
    await ana.next();

    await sent({ type: 'text', text: '¿Y?', reply_to: id });
    await sent({ type: 'reaction', message_id: id, emoji: '👍' });
    await sent({ type: 'delete', message_id: id });
    const edit = await world.orchestrator.post(`/sessions/${sessionId}/messages`, {
      ...{ type: 'edit', message_id: id, text: 'x' },
    });

    expect((await ana.next()).message.extendedTextMessage?.contextInfo).toMatchObject({
      stanzaId: id,
      quotedMessage: { interactiveMessage: { body: { text: '¿Confirmas?' } } },
    });
    expect((await ana.next()).message.reactionMessage?.key).toMatchObject({ id });
    expect((await ana.next()).message.protocolMessage?.key).toMatchObject({ id });
    expect(edit).toMatchObject({ status: 409, body: { error: 'message_not_suitable' } });
  });
});

it('a row of a list is chosen', async () => {
  const id = await sent(LIST);
  await ana.next();

  const { body } = await told(await ana.buttons.choose(id, 'ushuaia'));

  expect(ana.buttons.of(id).rows).toMatchObject([{ title: 'Salta', description: 'Capital' }, { title: 'Ushuaia' }]);
  expect(body).toMatchObject({ message_content: 'Ushuaia', quoted_message_id: id });
});
