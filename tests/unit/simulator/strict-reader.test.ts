import { node } from '../../../simulator/kit/stanza.ts';
import { encodeStanza } from '../../../simulator/transport/binary-node.ts';
import { readFrame } from '../../harness/strict-client/strict-reader.ts';

const PLAIN = 0;
const LIST = 248;
const SPELLED = 252;
const PACKED = 255;
const JID_PAIR = 250;
const IQ = 25;
const NAME = 137;

/** The bytes of a string that is spelled out. */
function spelled(text: string): number[] {
  return [SPELLED, text.length, ...Buffer.from(text)];
}

it.each([
  ['a token', [LIST, 1, ...spelled('iq')], '"iq" is in the dictionary'],
  ['digits', [LIST, 3, IQ, ...spelled('x1'), ...spelled('123')], '"123" could be packed'],
  ['a JID', [LIST, 3, IQ, ...spelled('x1'), ...spelled('123:4@lid')], 'The JID x1="123:4@lid" is written as a plain'],
  ['the server', [LIST, 3, IQ, 6, 3], 'The JID from="s.whatsapp.net" is written as a plain'],
  ['a name as a JID', [LIST, 3, IQ, NAME, JID_PAIR, PACKED, 1, 0x12, 3], 'is written as a JID'],
  ['the name of an attribute twice', [LIST, 5, IQ, ...spelled('x1'), IQ, ...spelled('x1'), IQ], 'is written twice'],
  ['bytes after the node', [LIST, 1, IQ, IQ], 'Bytes follow the node'],
  ['an incomplete node', [LIST, 3, IQ], 'ends within a node'],
])('refuses %s, spelled out or misplaced', (_what, bytes, message) => {
  expect(() => readFrame(Buffer.from([PLAIN, ...bytes]))).toThrow(message);
});

it('accepts what the simulator writes, also when it is compressed', () => {
  const stanza = node('iq', { from: '@s.whatsapp.net', id: '12-3' }, [node('ref', {}, 'iq')]);

  const read = readFrame(encodeStanza(stanza, { compressed: true }));

  expect(read).toMatchObject({ compressed: true, node: { attrs: stanza.attrs, content: [{ tag: 'ref' }] } });
});
