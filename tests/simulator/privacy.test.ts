import type { Stanza } from '../../simulator/kit/stanza.ts';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

async function nextSync(tag: string): Promise<Stanza> {
  const stanza = await scene.client.stanza(
    ({ attrs, content }) => attrs.type === 'account_sync' && (content as Stanza[])[0]!.tag === tag,
  );
  return (stanza.content as Stanza[])[0]!;
}

it('keeps privacy settings; a change by the phone is told to its devices', async () => {
  const { client, whatsapp, ana } = scene;
  const socket = client.sock!;
  await socket.updateLastSeenPrivacy('none');
  await socket.updateGroupsAddPrivacy('none' as 'all');
  whatsapp.phone(SHOP).privacy.set('readreceipts', 'none');

  expect((await nextSync('privacy')).content).toEqual([
    { tag: 'category', attrs: { name: 'readreceipts', value: 'none' } },
  ]);
  expect(await socket.fetchPrivacySettings(true)).toMatchObject({ last: 'none', readreceipts: 'none', online: 'all' });
  const group = whatsapp.group({ subject: 'Us', members: [ana] });
  ana.inGroup(group).add({ number: SHOP });
  expect(group.members).toHaveLength(1);
  await socket.updateGroupsAddPrivacy('all');
  await expect(socket.updateLastSeenPrivacy('odd' as 'all')).rejects.toMatchObject({ data: 400 });
});

it.each([
  ['number', 'jid', false],
  ['LID, once the account is migrated', 'lid', true],
] as const)('keeps whom an account has blocked, by %s', async (_, by, isMigrated) => {
  const { client, whatsapp, ana } = scene;
  const shop = whatsapp.phone(SHOP);
  const luz = whatsapp.phone('5491133445566');
  shop.isMigrated = isMigrated;
  const told = new Promise<void>((resolve) => {
    client.sock!.ev.on('blocklist.update', ({ blocklist, type }) => {
      if (type === 'add' && blocklist.join() === ana[by]) resolve();
    });
  });

  shop.privacy.block(ana);
  await told;
  await client.sock!.query({
    tag: 'iq',
    attrs: { xmlns: 'blocklist', to: 's.whatsapp.net', type: 'set' },
    content: [{ tag: 'item', attrs: { jid: luz.lid, action: 'block' } }],
  });
  expect(await client.sock!.fetchBlocklist()).toEqual([ana[by], luz[by]]);

  shop.privacy.unblock(ana);
  shop.privacy.unblock(luz);
  expect(shop.privacy.blocked).toEqual([]);
  expect(() => shop.privacy.block(shop)).toThrow(RangeError);
});

it('says that the account is dirty when it has changed during an absence', async () => {
  const { client, whatsapp } = scene;
  await client.sock!.cleanDirtyBits('account_sync');
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
  whatsapp.phone(SHOP).privacy.set('online', 'match_last_seen');
  const { length } = client.stanzas;
  await client.logIn();

  expect(JSON.stringify(client.stanzas.slice(length))).toContain('"dirty"');
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
});
