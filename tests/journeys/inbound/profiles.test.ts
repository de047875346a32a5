import { ACCOUNT, ANA, LUZ, startTwoFriends, type TwoFriends, webhookFor } from '../../harness/two-friends.ts';

let friends: TwoFriends;

beforeAll(async () => {
  friends = await startTwoFriends();
});
afterAll(() => friends.world[Symbol.asyncDispose]());
afterEach(async () => {
  const { whatsapp } = friends.world;
  await whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0));
  expect(whatsapp.stats()).toMatchObject({ errors: [] });
});

/** How many messages the backend was told of so far. */
const told = () => friends.world.backend.received.filter(({ path }) => path.endsWith('/messages/received')).length;

it('what people post as a status is not reported, and holds up nothing', async () => {
  const { world, account, ana, luz } = friends;
  const before = told();
  await ana.profile.postStatus('hoy abrimos', [account.phone]);
  await luz.profile.postStatus('no para la tienda', []);
  await ana.profile.postStatus('mañana no', [account.phone, luz]);
  await account.phone.profile.postStatus('de la tienda', [ana]);

  expect(await webhookFor(world, await ana.sendText(ACCOUNT, 'hola'))).toMatchObject({ message_content: 'hola' });
  expect(told()).toBe(before + 1);
});

it('a status that cannot be read at first is asked for again, and not reported either', async () => {
  const { world, account, ana } = friends;
  const before = told();
  world.whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 1 });
  await ana.profile.postStatus('dañado', [account.phone]);

  await webhookFor(world, await ana.sendText(ACCOUNT, 'después'));
  expect(told()).toBe(before + 1);
});

it('what people change about themselves is not reported; the next message carries the new name', async () => {
  const { world, ana, luz, group } = friends;
  const before = told();
  ana.profile.setAbout('de vacaciones');
  ana.profile.setPicture({ url: 'http://127.0.0.1:1/ana.jpg', shownTo: 'everybody' });
  ana.profile.setPicture(undefined);
  ana.chats.setDefaultTimer(86_400);
  ana.profile.rename('Ana María');
  luz.profile.rename('Luz SA', { business: true });

  expect(await webhookFor(world, await ana.sendText(ACCOUNT, 'hola'))).toMatchObject({ sender_name: 'Ana María' });
  expect(await webhookFor(world, await luz.sendText(group, 'hola'))).toMatchObject({ sender_name: 'Luz SA' });
  expect(told()).toBe(before + 2);
});

describe('somebody who changes the number', () => {
  const NEW = '5490987000111';

  it('stays the same person, in chats and groups, and the old number is nobody', async () => {
    const { world, account, ana, luz, group } = friends;
    const send = (number: string) => world.orchestrator.send(account.sessionId, number, `a ${number}`);
    const { lid } = ana;
    await webhookFor(world, await ana.sendText(ACCOUNT, 'antes'));
    await webhookFor(world, await ana.chats.setTimer(ACCOUNT, 86_400));
    expect(await send(ANA)).toMatchObject({ status: 200 });

    await ana.profile.changeNumber(NEW);

    const after = { sender_number: NEW, sender_lid: lid };
    expect(await webhookFor(world, await ana.sendText(ACCOUNT, 'después'))).toMatchObject(after);
    expect(await webhookFor(world, await ana.sendText(group, 'a todos'))).toMatchObject({ ...after, is_group: true });
    for (const number of [NEW, lid]) {
      expect(await send(number)).toMatchObject({ status: 200 });
      expect(await ana.next(({ text }) => text === `a ${number}`)).toMatchObject({ expiration: 86_400 });
    }
    expect(await send(group.jid)).toMatchObject({ status: 200 });
    await ana.next(({ text }) => text === `a ${group.jid}`);
    await luz.next(({ text }) => text === `a ${group.jid}`);
    expect(await send(ANA)).toMatchObject({ status: 404, body: { error: 'number_not_on_whatsapp' } });
  });

  it('cannot take that of somebody else', async () => {
    const { luz } = friends;

    await expect(luz.profile.changeNumber(NEW)).rejects.toThrow(RangeError);
    await expect(luz.profile.changeNumber('x')).rejects.toThrow(RangeError);
    expect(luz.number).toBe(LUZ);
  });
});
