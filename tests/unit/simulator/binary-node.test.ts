import { decodeBinaryNode } from '@whiskeysockets/baileys';

import { node } from '../../../simulator/kit/stanza.ts';
import { encodeStanza } from '../../../simulator/transport/binary-node.ts';

it('encodes stanzas that Baileys decodes unchanged', async () => {
  const stanza = node('message', { id: '3EB0', from: '123456:2@lid', notify: 'a_b:c@d ñ 🙂', empty: '' }, [
    node('enc', { v: '2', type: 'msg' }, Buffer.alloc(70_000, 1)),
    node('none'),
    node('long', { text: 'x'.repeat(300) }, []),
  ]);

  expect(await decodeBinaryNode(encodeStanza(stanza))).toEqual(stanza);
});

it('encodes lists of more than 255 entries', async () => {
  const stanza = node(
    'list',
    {},
    Array.from({ length: 900 }, (_, index) => node('item', { id: String(index) })),
  );

  expect(await decodeBinaryNode(encodeStanza(stanza))).toEqual(stanza);
});
