import { EventEmitter } from 'node:events';
import { type BinaryNode, type WASocket } from '@whiskeysockets/baileys';
import { takeNumberChanges } from '../../../src/whatsapp/addressing/number-changes.ts';

const [OLD, NEW, LID] = ['5491122334455@s.whatsapp.net', '5491199887766@s.whatsapp.net', '222@lid'];

/** What becomes known and forgotten when WhatsApp sends this notification. */
function effectOf({ type, from = 's.whatsapp.net', ...attrs }: Record<string, string>, child: BinaryNode) {
  const ws = new EventEmitter();
  const forgotten: string[] = [];
  const stored: unknown[] = [];
  const lidMapping = { storeLIDPNMappings: (pairs: unknown[]) => Promise.resolve(stored.push(...pairs)) };
  takeNumberChanges({ ws, signalRepository: { lidMapping } } as unknown as WASocket, {
    lookup: { forget: (number) => forgotten.push(number) },
    failed: (error) => {
      throw error;
    },
  });
  ws.emit(`CB:notification,type:${type}`, { tag: 'notification', attrs: { type, from, ...attrs }, content: [child] });
  return { forgotten, stored };
}

function modify(attrs: Record<string, string>): BinaryNode {
  return { tag: 'modify', attrs };
}

it('a number that somebody gave up is forgotten, and their LID has the new one', () => {
  const change = modify({ old: OLD, new: NEW, old_lid: LID, new_lid: LID });

  expect(effectOf({ type: 'contacts' }, change)).toEqual({
    forgotten: ['5491122334455'],
    stored: [{ lid: LID, pn: NEW }],
  });
});

it('a group tells it, too', () => {
  const group = { type: 'w:gp2', from: '1203@g.us' };
  const nothing = { forgotten: [], stored: [] };

  expect(effectOf({ ...group, participant: LID, participant_pn: OLD }, modify({})).forgotten).toEqual([
    '5491122334455',
  ]);
  expect(effectOf({ ...group, participant: OLD }, modify({})).forgotten).toEqual(['5491122334455']);
  expect(effectOf({ ...group, participant: OLD }, { tag: 'add', attrs: {} })).toEqual(nothing);
});

it.each([
  {},
  { old: 'x', new: 'y', new_lid: 'z' },
  { old: LID, new: LID, new_lid: NEW },
  { new: NEW },
  { new_lid: LID },
])('nothing comes of %j', (attrs) => {
  expect(effectOf({ type: 'contacts' }, modify(attrs as Record<string, string>))).toEqual({
    forgotten: [],
    stored: [],
  });
});
