import { type Stanza } from '../../simulator/kit/stanza.ts';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

function presences(from: string): Stanza['attrs'][] {
  return scene.client.stanzas.flatMap(({ tag, attrs }) => (tag === 'presence' && attrs.from === from ? [attrs] : []));
}

async function untilPresences(from: string, count: number): Promise<Stanza['attrs'][]> {
  await scene.client.until(() => presences(from).length === count, `${count} presences`);
  return presences(from);
}

it('tells a client that subscribes who is online, and when somebody was last', async () => {
  const { ana, client } = scene;

  await client.sock!.presenceSubscribe(ana.lid);
  await untilPresences(ana.lid, 1);
  ana.presence.goOnline();
  ana.presence.goOffline();
  ana.privacy.set('last', 'none');
  await client.sock!.presenceSubscribe(ana.lid);

  const last = expect.stringMatching(/^\d{10}$/) as string;
  expect(await untilPresences(ana.lid, 4)).toEqual([
    { from: ana.lid, type: 'unavailable', last: 'none' },
    { from: ana.lid },
    { from: ana.lid, type: 'unavailable', last },
    { from: ana.lid, type: 'unavailable', last: 'deny' },
  ]);
});

it('tells how many members of a group are online', async () => {
  const { ana, client, whatsapp } = scene;
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });

  await client.sock!.presenceSubscribe(group.jid);
  await untilPresences(group.jid, 1);
  ana.presence.goOnline();

  expect((await untilPresences(group.jid, 2)).map(({ type, count }) => [type, count])).toEqual([
    ['unavailable', '0'],
    ['available', '1'],
  ]);
});

it('tells nobody who has unsubscribed, and of nobody unknown', async () => {
  const { ana, client } = scene;
  const before = presences(ana.lid).length;
  await client.sock!.presenceSubscribe('199999999999999@lid');
  await client.sock!.sendNode({ tag: 'presence', attrs: { type: 'unsubscribe', to: ana.lid } });
  await client.sock!.presenceSubscribe(ana.jid);
  await untilPresences(ana.jid, 1);

  ana.presence.goOffline();

  await untilPresences(ana.jid, 2);
  expect(presences(ana.lid)).toHaveLength(before);
  expect(presences('199999999999999@lid')).toEqual([]);
});

it('shows on linked devices what somebody does in a chat or a group', async () => {
  const { ana, client, whatsapp } = scene;
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });

  ana.presence.show(SHOP, 'composing');
  ana.presence.show(group, 'recording');
  ana.presence.show(SHOP, 'paused');

  await client.until(() => client.stanzas.filter(({ tag }) => tag === 'chatstate').length === 3, 'three states');
  const states = client.stanzas.filter(({ tag }) => tag === 'chatstate');
  expect(states.map(({ attrs, content }) => [attrs, (content as Stanza[])[0]])).toEqual([
    [{ from: ana.lid }, { tag: 'composing', attrs: {} }],
    [
      { from: group.jid, participant: ana.lid },
      { tag: 'composing', attrs: { media: 'audio' } },
    ],
    [{ from: ana.lid }, { tag: 'paused', attrs: {} }],
  ]);
  expect(whatsapp.phone(SHOP).presenceOf(ana).slice(-3)).toEqual(['composing', 'recording', 'paused']);
});
