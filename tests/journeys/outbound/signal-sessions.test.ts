import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const SHOP = '5491234567890';
const ANA = '5492211111111';
const LUZ = '5492222222222';

/** An account that has written to a person and got an answer; then its orchestrator restarted. */
async function startRestarted(): Promise<{ world: World; sessionId: string; shop: Phone; ana: Phone }> {
  const world = await startWorld();
  const [shop, ana] = [world.whatsapp.phone(SHOP), world.whatsapp.phone(ANA)];
  const { sessionId } = await world.link(shop);
  await ana.sendText(SHOP, 'hola');
  await world.backend.next('messages/received');
  await world.orchestrator.send(sessionId, ANA, 'buenas');
  await ana.next();
  await ana.sendText(SHOP, 'una pregunta');
  await world.backend.next('messages/received');
  await world.stopOrchestrator();
  await world.startOrchestrator();
  await world.orchestrator.until(sessionId, { status: 'connected' });
  return { world, sessionId, shop, ana };
}

/** Keeps the messages to clients back. The result delivers them. */
function holdMessages({ whatsapp }: World): () => void {
  const held: (() => void)[] = [];
  const handle = whatsapp.use({
    name: 'hold messages',
    onSend: (stanza, _, send) => (stanza.tag === 'message' ? held.push(() => send(stanza)) : send(stanza)),
  });
  return () => {
    handle[Symbol.dispose]();
    for (const deliver of held) deliver();
  };
}

/** The encrypted parts of a message stanza, for all devices. */
function sealedIn({ content }: Stanza): Stanza[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((child) => (child.tag === 'enc' ? [child] : sealedIn(child)));
}

describe('after a restart', () => {
  it('a message that is on its way while we write is read, and so is everything that we write', async () => {
    const { ana, ...scene } = await startRestarted();
    await using world = scene.world;
    const deliver = holdMessages(world);
    await ana.sendText(SHOP, 'late');

    await world.orchestrator.send(scene.sessionId, ANA, 'one');
    deliver();
    expect((await world.backend.next('messages/received')).body.message_content).toBe('late');
    for (const text of ['two', 'three']) await world.orchestrator.send(scene.sessionId, ANA, text);

    for (const text of ['one', 'two', 'three']) expect(await ana.next()).toMatchObject({ text });
    expect(world.whatsapp.stats().retries).toBe(0);
  });

  it('the Signal sessions of before go on', async () => {
    const { ana, ...scene } = await startRestarted();
    await using world = scene.world;
    const types: (string | undefined)[] = [];
    world.whatsapp.use({
      name: 'note how messages are encrypted',
      onStanza(stanza) {
        if (stanza.tag === 'message') types.push(...sealedIn(stanza).map(({ attrs }) => attrs.type));
        return false;
      },
    });

    await world.orchestrator.send(scene.sessionId, ANA, 'next');

    expect(await ana.next()).toMatchObject({ text: 'next' });
    expect(types.at(-1)).toBe('msg');
  });

  it('somebody who cannot read us any more gets a new session, and the message in it', async () => {
    const { ana, ...scene } = await startRestarted();
    await using world = scene.world;
    spoilNext(world);

    await world.orchestrator.send(scene.sessionId, ANA, 'one');
    expect(await ana.next()).toMatchObject({ text: 'one' });
    await world.orchestrator.send(scene.sessionId, ANA, 'two');

    expect(await ana.next()).toMatchObject({ text: 'two' });
    expect(world.whatsapp.stats().retries).toBe(1);
  });
});

/** Damages what the next message has for its recipient. */
function spoilNext({ whatsapp }: World): void {
  let isDone = false;
  whatsapp.use({
    name: 'spoil the next message',
    onStanza(stanza) {
      const [sealed] = stanza.tag === 'message' && !isDone ? sealedIn(stanza).slice(-1) : [];
      if (sealed?.content instanceof Uint8Array) {
        sealed.content[sealed.content.length - 1]! ^= 1;
        isDone = true;
      }
      return false;
    },
  });
}

it('a device with keys that it did not sign is left out, and the others of the group read the message', async () => {
  await using world = await startWorld();
  const [shop, ana, luz] = [SHOP, ANA, LUZ].map((number) => world.whatsapp.phone(number)) as [Phone, Phone, Phone];
  const { sessionId } = await world.link(shop);
  const group = world.whatsapp.group({ subject: 'Vecinos', members: [shop, ana, luz] });
  world.whatsapp.fault('foreign-pre-key', { number: ANA });

  const toHer = await world.orchestrator.send(sessionId, ANA, 'un secreto');
  const toAll = await world.orchestrator.send(sessionId, group.jid, 'hola a todos');

  expect(toHer).toMatchObject({ status: 502, body: { error: 'message_not_sent' } });
  expect(toAll).toMatchObject({ status: 200, body: { status: 'sent' } });
  expect(await luz.next()).toMatchObject({ text: 'hola a todos' });
});
