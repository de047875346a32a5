import type { BinaryNode } from '@whiskeysockets/baileys';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

const REPLY = { name: 'quick_reply', buttonParamsJson: '{"display_text":"Sí","id":"yes"}' };
const MESSAGE = { interactiveMessage: { body: { text: '¿Sí?' }, nativeFlowMessage: { buttons: [REPLY] } } };
const FLOW: BinaryNode = { tag: 'native_flow', attrs: { v: '9', name: 'mixed' } };
const RIGHT = biz({ tag: 'interactive', attrs: { type: 'native_flow', v: '1' }, content: [FLOW] });

function biz(content: BinaryNode): BinaryNode {
  return { tag: 'biz', attrs: {}, content: [content] };
}

/** Sends buttons beside these nodes; returns the error of the server's answer, if any. */
async function send(...additionalNodes: BinaryNode[]): Promise<{ id: string; error: string | undefined }> {
  const { client, ana } = scene;
  const id = await client.sock!.relayMessage(ana.jid, MESSAGE, { additionalNodes });
  const ack = await client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id);
  return { id, error: ack.attrs.error };
}

it('a phone shows buttons beside the node that announces them, and answers when one is pressed', async () => {
  const { client, ana } = scene;

  const { id, error } = await send(RIGHT);
  await ana.next((message) => message.id === id);
  const answer = await ana.buttons.press(id, 'Sí');

  expect(error).toBeUndefined();
  const { message } = await client.message(({ key }) => key.id === answer);
  expect(message.message?.interactiveResponseMessage).toMatchObject({
    body: { text: 'Sí' },
    nativeFlowResponseMessage: { paramsJson: '{"id":"yes"}' },
  });
  await expect(ana.buttons.press(id, 'No')).rejects.toThrow('has no button "No"');
});

it.each([
  ['without the node', []],
  ['with two of them', [RIGHT, RIGHT]],
])('buttons %s are delivered, and not shown', async (_, nodes) => {
  const { client, ana, whatsapp } = scene;

  const { id, error } = await send(...nodes);
  await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.id === id);

  expect(error).toBeUndefined();
  expect(ana.messages().messages.map((message) => message.id)).not.toContain(id);
  expect(() => ana.buttons.of(id)).toThrow(`There is no message ${id} with buttons.`);
  expect(whatsapp.stats().errors).toEqual([]);
});

it.each([
  ['the older node', biz({ tag: 'buttons', attrs: {} }), '405'],
  ['a node that names no flow', biz({ tag: 'interactive', attrs: { type: 'native_flow', v: '1' } }), '479'],
])('buttons with %s are refused', async (_, node, code) => {
  expect(await send(node)).toMatchObject({ error: code });
});

it('buttons of others are read by clients', async () => {
  const { client, ana } = scene;
  const id = await ana.send(SHOP, MESSAGE);

  expect((await client.message(({ key }) => key.id === id)).message.message).toMatchObject(MESSAGE);
});
