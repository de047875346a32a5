import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

/** The next notification of this type that the client gets, and its child. */
async function notified(type: string, tag: string) {
  const stanza = await scene.client.stanza(
    ({ tag: outer, attrs, content }) =>
      outer === 'notification' && attrs.type === type && Array.isArray(content) && content[0]?.tag === tag,
  );
  return { from: stanza.attrs.from, child: Array.isArray(stanza.content) ? stanza.content[0] : undefined };
}

afterEach(async () => {
  await scene.whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0));
  expect(scene.whatsapp.stats()).toMatchObject({ errors: [], undeliverable: 0 });
});

it('a status reaches the linked devices of its audience, and of nobody else', async () => {
  const { ana, client, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  await ana.profile.postStatus('para nadie', []);
  const id = await ana.profile.postStatus('hoy abrimos', [shop]);
  await ana.profile.postStatus('otra vez', [shop]);

  const { message } = await client.text('hoy abrimos');
  expect(message.key).toMatchObject({ remoteJid: 'status@broadcast', id, participant: ana.lid });
  await client.text('otra vez');
  expect(client.messages.map(({ message }) => message.message?.extendedTextMessage?.text)).not.toContain('para nadie');
});

it('about, picture and name are announced', async () => {
  const { ana } = scene;
  ana.profile.setAbout('de vacaciones');
  ana.profile.setPicture({ url: 'http://127.0.0.1/a.jpg', shownTo: 'everybody' });
  ana.profile.setPicture(undefined);
  ana.profile.rename('Ana María');
  ana.profile.rename('Ana SA', { business: true });

  const { from, child } = await notified('status', 'set');
  expect({ from, content: child?.content }).toEqual({ from: ana.lid, content: Buffer.from('de vacaciones') });
  expect((await notified('picture', 'set')).child?.attrs).toMatchObject({ jid: ana.lid });
  expect((await notified('picture', 'delete')).child?.attrs).toMatchObject({ jid: ana.lid });
  expect((await notified('contacts', 'update')).child?.attrs).toMatchObject({ jid: ana.lid });
  expect((await notified('business', 'verified_name')).child?.attrs).toMatchObject({ jid: ana.lid });
});

it('another number belongs to the same account, and the old one to nobody', async () => {
  const { ana, client, whatsapp } = scene;
  const [old, { lid }] = [ana.jid, ana];
  const group = whatsapp.group({ subject: 'Neighbours', members: [ana, whatsapp.phone(SHOP)] });

  await ana.profile.changeNumber('5491100000000');

  const change = { old, new: ana.jid, old_lid: lid, new_lid: lid };
  expect((await notified('contacts', 'modify')).child?.attrs).toMatchObject(change);
  expect((await notified('w:gp2', 'modify')).from).toBe(group.jid);
  expect(whatsapp.phone('5491100000000')).toBe(ana);
  const found = await client.sock!.onWhatsApp('5491100000000', old);
  expect(found?.map(({ jid, exists }) => exists && jid).filter(Boolean)).toEqual([ana.jid]);
});
