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

describe('messages reach the backend in the order in which they were sent', () => {
  it('when somebody new writes several at once', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');

    await Promise.all(texts(8).map((text) => person.sendText(ACCOUNT, text)));

    expect(await received(world, 8)).toEqual(texts(8));
  });

  it('when others arrive while what had waited is still being read', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    await world.stopOrchestrator();
    const waiting = texts(60);
    for (const text of waiting) await person.sendText(ACCOUNT, text);
    const live = ['en vivo 1', 'en vivo 2', 'en vivo 3'];

    await world.startOrchestrator();
    // Sent in the very moment in which the first receipt for what waited has come: most of it is not read yet.
    await world.whatsapp.until((whatsapp) => whatsapp.devices().some(({ waiting }) => waiting < 60));
    for (const text of live) await person.sendText(ACCOUNT, text);

    expect(await received(world, 63)).toEqual([...waiting, ...live]);
    const messages = world.backend.accepted.filter(({ path }) => path.endsWith('messages/received'));
    expect(messages.slice(0, 60).every(({ body }) => body.offline === true)).toBe(true);
  });
});
