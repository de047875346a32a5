import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `mensaje ${at + 1}`);
}

async function received(world: World, count: number): Promise<string[]> {
  const got: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { body } = await world.backend.next('messages/received', { timeoutMs: 15_000 });
    got.push(body.message_content as string);
  }
  return got;
}

describe('messages reach the backend in the order they were sent', () => {
  it('when a new contact sends several at once', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');

    await Promise.all(texts(8).map((text) => person.sendText(ACCOUNT, text)));

    expect(await received(world, 8)).toEqual(texts(8));
  });

  it('when WhatsApp compresses them, and long ones take longer to inflate', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    world.whatsapp.fault('compressed-frames');
    const lengths = [40_000, 0, 0];

    for (const [at, text] of texts(12).entries()) await person.sendText(ACCOUNT, text.padEnd(lengths[at % 3]!, '.'));

    const inOrder = (await received(world, 12)).map((text) => text.replace(/\.+$/, ''));
    expect(inOrder).toEqual(texts(12));
  });

  it('when live messages arrive while the offline backlog is still being read', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    await world.stopOrchestrator();
    const backlog = texts(60);
    for (const text of backlog) await person.sendText(ACCOUNT, text);
    const live = ['en vivo 1', 'en vivo 2', 'en vivo 3'];

    await world.startOrchestrator();
    // Send as soon as the first receipt for the backlog arrives: most of the backlog is still unread.
    await world.whatsapp.until((whatsapp) => whatsapp.devices().some(({ waiting }) => waiting < 60));
    for (const text of live) await person.sendText(ACCOUNT, text);

    expect(await received(world, 63)).toEqual([...backlog, ...live]);
    const messages = world.backend.accepted.filter(({ path }) => path.endsWith('messages/received'));
    expect(messages.slice(0, 60).every(({ body }) => body.offline === true)).toBe(true);
  });
});
