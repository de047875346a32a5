import { generateSignalPubKey, proto, type BinaryNode } from '@whiskeysockets/baileys';
import { createHash } from 'node:crypto';
import { verifySignature } from 'libsignal/src/curve.js';
import { bytesOf, childOf, childrenOf, node } from '../../simulator/kit/stanza.ts';
import { linkedClientForAllTests } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests({ hasAllPreKeys: true });

const query = (xmlns: string, content: BinaryNode) =>
  scene.client.sock!.query(node('iq', { type: 'get', xmlns, to: '@s.whatsapp.net' }, [content]));

/** The `<devices>` of somebody in the answer to a usync query. */
async function devicesOf(jid: string): Promise<BinaryNode> {
  const content = [node('query', {}, [node('devices', { version: '2' })]), node('list', {}, [node('user', { jid })])];
  const attrs = { context: 'message', mode: 'query', sid: '1', last: 'true', index: '0' };
  const usync = childOf(await query('usync', node('usync', attrs, content)), 'usync');
  return childOf(childrenOf(childOf(usync, 'list'))[0], 'devices')!;
}

/** The key bundle of a device. */
async function bundleOf(jid: string): Promise<BinaryNode> {
  const answer = await query('encrypt', node('key', {}, [node('user', { jid })]));
  return childrenOf(childOf(answer, 'list'))[0]!;
}

const isSigned = (key: Uint8Array, message: Uint8Array[], signature: Uint8Array) =>
  verifySignature(generateSignalPubKey(key), Buffer.concat(message), Buffer.from(signature));

it("a device list carries what the person's phone signed of it, and a linked device proves that it is one of them", async () => {
  const { ana } = scene;
  expect(childOf(await devicesOf(ana.jid), 'key-index-list')).toBeUndefined();
  const [laptop, tablet] = [ana.addCompanion(), ana.addCompanion()];
  tablet.unlink();

  const devices = await devicesOf(ana.jid);
  const phone = bytesOf(childOf(await bundleOf(ana.lid), 'identity'));
  const bundle = await bundleOf(laptop.jid);

  expect(childrenOf(childOf(devices, 'device-list')).map(({ attrs }) => attrs['key-index'])).toEqual([undefined, '1']);
  const list = proto.ADVSignedKeyIndexList.decode(bytesOf(childOf(devices, 'key-index-list')));
  expect(isSigned(phone, [Buffer.from([6, 2]), list.details!], list.accountSignature!)).toBe(true);
  const facts = proto.ADVKeyIndexList.decode(list.details!);
  expect(facts).toMatchObject({ currentIndex: 2, validIndexes: [1] });
  const identity = proto.ADVSignedDeviceIdentity.decode(bytesOf(childOf(bundle, 'device-identity')));
  const own = bytesOf(childOf(bundle, 'identity'));
  const signed = [identity.details!, own];
  expect(isSigned(phone, [Buffer.from([6, 0]), ...signed], identity.accountSignature!)).toBe(true);
  expect(isSigned(own, [Buffer.from([6, 1]), ...signed, phone], identity.deviceSignature!)).toBe(true);
  expect(proto.ADVDeviceIdentity.decode(identity.details!)).toMatchObject({ rawId: facts.rawId, keyIndex: 1 });
});

it('contacts who asked for the devices are notified of a new one, and of one that is gone', async () => {
  const { ana, client } = scene;
  await devicesOf(ana.jid);
  const laptop = ana.addCompanion();
  const added = await client.stanza((stanza) => changeOf(stanza, 'add')?.attrs.jid?.endsWith(':3@lid') === true);
  laptop.unlink();
  const removed = await client.stanza((stanza) => changeOf(stanza, 'remove')?.attrs.jid?.endsWith(':3@lid') === true);

  for (const { attrs, content } of [added, removed]) {
    expect(attrs.from).toBe(ana.lid);
    const [change] = content as BinaryNode[];
    expect(change?.attrs.device_hash).toMatch(/^2:.{8}$/);
    expect(childOf(change, 'key-index-list')?.attrs.ts).toMatch(/^\d+$/);
  }
});

/** The device in a notification of such a change. */
const changeOf = (stanza: BinaryNode, what: string) =>
  stanza.attrs.type === 'devices' ? childOf(childOf(stanza, what), 'device') : undefined;

it('the digest describes the keys that a client has uploaded', async () => {
  const digest = childOf(await query('encrypt', node('digest')), 'digest');
  const { signedIdentityKey, signedPreKey, registrationId } = scene.client.creds;

  expect(bytesOf(childOf(digest, 'registration')).readUInt32BE()).toBe(registrationId);
  const ids = childrenOf(childOf(digest, 'list')).map((id) => String(bytesOf(id).readUIntBE(0, 3)));
  expect(ids.length).toBeGreaterThan(0);
  const preKeys = await scene.client.sock!.authState.keys.get('pre-key', ids);
  const keys = [
    ...[signedIdentityKey.public, signedPreKey.keyPair.public, signedPreKey.signature],
    ...ids.map((id) => preKeys[id]!.public),
  ];
  expect(bytesOf(childOf(digest, 'hash'))).toEqual(createHash('sha1').update(Buffer.concat(keys)).digest());
});

/** Nobody can decrypt it, but it is addressed. */
const ENC = node('enc', { v: '2', type: 'msg' }, Buffer.from('x'));

it("an ack names the hash of the devices that a message missed, or that its sender's hash lacks", async () => {
  const { ana, client, whatsapp } = scene;
  const group = whatsapp.group({
    subject: 'Todos',
    members: [ana, whatsapp.phone(client.creds.me!.id.split(':')[0]!)],
  });
  const ackOf = (id: string) => client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id);
  const send = async (id: string, attrs: Record<string, string>, content: BinaryNode[] = []) => {
    await client.sock!.sendNode(node('message', { id, type: 'text', ...attrs }, content));
    return (await ackOf(id)).attrs.phash;
  };

  const missed = await send('MISSED', { to: ana.lid }, [
    node('participants', {}, [node('to', { jid: ana.lid }, [ENC])]),
  ]);
  expect(missed).toMatch(/^2:.{8}$/);
  expect(
    await send('CLAIMED', { to: ana.lid, phash: missed! }, [
      node('participants', {}, [node('to', { jid: ana.lid }, [ENC])]),
    ]),
  ).toBeUndefined();
  expect(await send('GROUP', { to: group.jid })).toBeUndefined();
  const right = await send('WRONG', { to: group.jid, phash: '2:AAAAAAAA' });
  expect(await send('RIGHT', { to: group.jid, phash: right! })).toBeUndefined();
  const { key } = (await client.sock!.sendMessage(ana.lid, { text: 'a todos' }))!;
  expect((await ackOf(key.id!)).attrs.phash).toBeUndefined();
});

it('a picture has a path beside its URL', async () => {
  scene.ana.picture = { url: 'https://pps.whatsapp.net/v/t61/1.jpg?oh=2', shownTo: 'everybody' };
  const iq = node('iq', { type: 'get', xmlns: 'w:profile:picture', to: '@s.whatsapp.net', target: scene.ana.jid }, [
    node('picture', { type: 'image', query: 'url' }),
  ]);

  expect(childOf(await scene.client.sock!.query(iq), 'picture')?.attrs).toMatchObject({
    direct_path: '/v/t61/1.jpg?oh=2',
  });
});
