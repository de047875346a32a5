import type { BinaryNode } from '@whiskeysockets/baileys';
import { bytesOf, childOf, childrenOf, node } from '../../simulator/kit/stanza.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { SHOP, linkedClientForAllTests } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();
const STRANGER = '14155550100@s.whatsapp.net';

const ackOf = (id: string) => scene.client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id);

/** The users in the answer to a usync query for devices. */
async function devicesOf(...jids: string[]): Promise<BinaryNode> {
  const users = jids.map((jid) => node('user', { jid }));
  const content = [node('query', {}, [node('devices', { version: '2' })]), node('list', {}, users)];
  const usync = node('usync', { context: 'message', mode: 'query', sid: '1', last: 'true', index: '0' }, content);
  const iq = node('iq', { type: 'get', xmlns: 'usync', to: '@s.whatsapp.net' }, [usync]);
  return childOf(await scene.client.sock!.query(iq), 'usync')!;
}

it('names unknown users without devices, and says what is answered', async () => {
  const usync = await devicesOf(STRANGER, scene.ana.jid);

  expect(childrenOf(childOf(usync, 'result')).map(({ tag }) => tag)).toEqual(['devices']);
  const lists = childrenOf(childOf(usync, 'list')).map((user) => [
    user.attrs.jid,
    childrenOf(childOf(childOf(user, 'devices'), 'device-list')).length,
  ]);
  expect(lists).toEqual([
    [STRANGER, 0],
    [scene.ana.jid, 1],
  ]);
});

it('refuses a message to the number of a migrated account, which has no devices, and takes one to its LID', async () => {
  const { ana, client } = scene;
  ana.isMigrated = true;
  const usync = await devicesOf(ana.jid, ana.lid);
  await client.sock!.sendNode(node('message', { id: 'BY-NUMBER', to: ana.jid, type: 'text' }, []));
  const { key } = (await client.sock!.sendMessage(ana.lid, { text: 'by LID' }))!;
  const acks = [await ackOf('BY-NUMBER'), await ackOf(key.id!)];
  ana.isMigrated = false;

  const counts = childrenOf(childOf(usync, 'list')).map((user) =>
    childrenOf(childOf(childOf(user, 'devices'), 'device-list')),
  );
  expect(counts.map(({ length }) => length)).toEqual([0, 1]);
  expect(acks.map(({ attrs }) => attrs.error)).toEqual(['463', undefined]);
  expect(await ana.next()).toMatchObject({ id: key.id, text: 'by LID' });
});

it('keeps edit, meta and reporting, and repeats edit in the ack', async () => {
  const { ana, client, whatsapp } = scene;
  const shop = new BaileysClient(whatsapp);
  await shop.pairWith(ana);
  const enc = node('enc', { v: '2', type: 'msg' }, Buffer.from('odd'));
  const content = [
    node('participants', {}, [node('to', { jid: shop.creds.me!.lid! }, [enc])]),
    node('meta', { polltype: 'creation' }),
    node('reporting', {}, [node('reporting_tag', {}, Buffer.from([1]))]),
    node('tctoken', {}, Buffer.from([1])),
  ];

  await client.sock!.sendNode(node('message', { id: 'EDITED', to: ana.lid, type: 'text', edit: '1' }, content));

  expect((await ackOf('EDITED')).attrs).toMatchObject({ class: 'message', from: ana.lid, edit: '1' });
  const arrived = await shop.stanza(({ tag, attrs }) => tag === 'message' && attrs.id === 'EDITED');
  expect(arrived.attrs.edit).toBe('1');
  expect(childrenOf(arrived).map(({ tag }) => tag)).toEqual(['enc', 'meta', 'reporting']);
  expect(bytesOf(childOf(childOf(arrived, 'reporting'), 'reporting_tag'))).toEqual(Buffer.from([1]));
  await shop[Symbol.asyncDispose]();
});

it('counts the devices of a group in the ack, and answers from the group', async () => {
  const { ana, client, whatsapp } = scene;
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });

  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'to all' }))!;
  const described = await client.sock!.query(
    node('iq', { type: 'get', xmlns: 'w:g2', to: group.jid }, [node('query')]),
  );

  expect((await ackOf(key.id!)).attrs).toMatchObject({ from: group.jid, count: String(group.endpoints().length) });
  expect(described.attrs.from).toBe(group.jid);
});

it('tells a client that logs in what WhatsApp tells', () => {
  const success = scene.client.stanzas.findLast(({ tag }) => tag === 'success');

  expect(Object.keys(success!.attrs).sort()).toEqual([
    'abprops',
    'companion_enc_static',
    'creation',
    'display_name',
    'lid',
    'location',
    'props',
    't',
  ]);
});
