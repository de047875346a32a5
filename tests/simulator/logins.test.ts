import type { Stanza } from '../../simulator/kit/stanza.ts';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests({ hasAllPreKeys: true });

/** The contents of all bulletins with this tag, oldest first. */
function bulletins(tag: string): Stanza[] {
  const contents = scene.client.stanzas.flatMap((stanza) => (stanza.tag === 'ib' ? (stanza.content as Stanza[]) : []));
  return contents.filter((child) => child.tag === tag);
}

async function goAway(): Promise<void> {
  await scene.client.goAway();
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);
}

it('greets with the attributes of the real server, and with the way for the next connection', async () => {
  const success = scene.client.stanzas.find(({ tag }) => tag === 'success')!;
  expect(Object.keys(success.attrs).sort()).toEqual(
    ['abprops', 'companion_enc_static', 'creation', 'display_name', 'lid', 'location', 'props', 't'].sort(),
  );
  expect(bulletins('edge_routing')).toHaveLength(1);
  expect(scene.whatsapp.stats().routedLogins).toBe(0);

  await goAway();
  await scene.client.logIn();

  expect(bulletins('edge_routing')).toHaveLength(1);
  expect(scene.whatsapp.stats().routedLogins).toBe(1);
});

it('says at each login that the account is dirty, until the client has it clean', async () => {
  const { client } = scene;
  const dirty = () => bulletins('dirty').filter(({ attrs }) => attrs.type === 'account_sync').length;
  const before = dirty();
  expect(before).toBeGreaterThan(0);

  await client.sock!.cleanDirtyBits('account_sync');
  await goAway();
  await client.logIn();

  expect(dirty()).toBe(before);
});

it('says that groups are dirty which have changed during an absence; the client asks for them', async () => {
  const { ana, client, whatsapp } = scene;
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });
  const dirty = () => bulletins('dirty').filter(({ attrs }) => attrs.type === 'groups').length;
  ana.inGroup(group).rename('Ours');
  await goAway();
  await client.logIn();
  expect(dirty()).toBe(0);

  await goAway();
  ana.inGroup(group).rename('Theirs');
  await client.logIn();
  await client.stanza(({ content }) => Array.isArray(content) && content.some(({ tag }) => tag === 'groups'));
  expect(dirty()).toBe(1);

  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
  await goAway();
  await client.logIn();
  expect(dirty()).toBe(1);
});

it('announces what waits: how much of what, and from which chats', async () => {
  const { ana, client, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  const group = whatsapp.group({ subject: 'Us', members: [ana, shop] });
  await goAway();
  await ana.sendText(shop, 'one');
  await ana.sendText(shop, 'two');
  ana.inGroup(group).rename('Ours');
  ana.calls.ring(shop);
  whatsapp.notice('read-many', SHOP);
  await client.logIn();

  expect(bulletins('offline_preview').at(-1)!.attrs).toEqual({
    ...{ count: '5', message: '2', notification: '1', receipt: '1', call: '1', appdata: '0' },
  });
  expect(bulletins('thread_metadata').at(-1)!.content).toMatchObject([
    { tag: 'item', attrs: { from: ana.lid } },
    { tag: 'notifications', attrs: { count: '1' } },
  ]);
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
});
