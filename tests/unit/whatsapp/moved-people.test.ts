import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { EventEmitter } from 'node:events';
import { watchMovedPeople } from '../../../src/whatsapp/addressing/moved-people.ts';

const OLD = '5491122334455@s.whatsapp.net';
const NEW = '5491199887766@s.whatsapp.net';
const LID = '222@lid';
const FROM = { contacts: 's.whatsapp.net', 'w:gp2': '1203@g.us' };

/** Which addresses are reported, and which pairs are stored, for a notification of this type with these children. */
function effectOf(type: keyof typeof FROM, content: BinaryNode[], attrs: Record<string, string> = {}) {
  const ws = new EventEmitter();
  const moved: string[] = [];
  const stored: unknown[] = [];
  const lidMapping = { storeLIDPNMappings: (pairs: unknown[]) => Promise.resolve(stored.push(...pairs)) };
  watchMovedPeople({ ws, signalRepository: { lidMapping } } as unknown as WASocket, {
    moved: (jid) => moved.push(jid),
    failed: (error) => {
      throw error;
    },
  });
  ws.emit(`CB:notification,type:${type}`, {
    tag: 'notification',
    attrs: { type, from: FROM[type], ...attrs },
    content,
  });
  return { moved, stored };
}

function modify(attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode {
  return { tag: 'modify', attrs, ...(content && { content }) };
}

it('a contact who changed their number is reported by the old and the new one, and their LID has the new one', () => {
  const change = modify({ old: OLD, new: NEW, old_lid: LID, new_lid: LID });

  expect(effectOf('contacts', [change])).toEqual({ moved: [OLD, NEW, LID], stored: [{ lid: LID, pn: NEW }] });
});

it('so is a member of a group, without the device', () => {
  const attrs = { jid: LID, phone_number: NEW, old_jid: '5491122334455:3@s.whatsapp.net' };
  const member = { tag: 'participant', attrs };

  expect(effectOf('w:gp2', [modify({ v_id: '7' }, [member])])).toEqual({ moved: [LID, NEW, OLD], stored: [] });
});

it('a group may also name them beside the change, and the change behind something else', () => {
  expect(effectOf('w:gp2', [modify({})], { participant: LID, participant_pn: OLD }).moved).toEqual([LID, OLD]);
  expect(effectOf('w:gp2', [{ tag: 'new', attrs: {} }, modify({})], { participant: OLD }).moved).toEqual([OLD]);
});

it('what is no change of numbers moves nobody', () => {
  const add = { tag: 'add', attrs: { old: OLD, new: NEW, new_lid: LID } };

  expect(effectOf('w:gp2', [add], { participant: OLD })).toEqual({ moved: [], stored: [] });
  expect(effectOf('contacts', [add])).toEqual({ moved: [], stored: [] });
  expect(effectOf('contacts', [])).toEqual({ moved: [], stored: [] });
});

it.each<[Record<string, string>, string[]]>([
  [{}, []],
  [{ old: 'x', new: 'y', new_lid: 'z' }, []],
  [{ old: LID, new: LID, new_lid: NEW }, [LID, NEW]],
  [{ new: NEW }, [NEW]],
  [{ new_lid: LID }, [LID]],
])('nothing is stored for %j', (attrs, moved) => {
  expect(effectOf('contacts', [modify(attrs)])).toEqual({ moved, stored: [] });
});

it('a crowd costs little', () => {
  const crowd = Array.from({ length: 500 }, (_, at) => ({ tag: 'participant', attrs: { jid: `${at + 1}@lid` } }));

  expect(effectOf('w:gp2', [modify({}, crowd)]).moved).toHaveLength(20);
});
