import { type WASocket } from '@whiskeysockets/baileys';
import { EventEmitter } from 'node:events';
import { watchMovedPeople } from '../../../src/whatsapp/addressing/moved-people.ts';

const OLD = '5491122334455@s.whatsapp.net';
const NEW = '5491199887766@s.whatsapp.net';

/** The addresses that are reported for a notification of this type with this child. */
function movedBy(type: string, attrs: Record<string, string>, content?: { tag: string; attrs: object }[]): string[] {
  const ws = new EventEmitter();
  const moved: string[] = [];
  watchMovedPeople({ ws } as unknown as WASocket, (jid) => moved.push(jid));
  const child = { tag: 'modify', attrs, content };
  ws.emit(`CB:notification,type:${type},modify`, { tag: 'notification', attrs: { type }, content: [child] });
  return moved;
}

it('a contact who changed their number is reported by the old and the new one', () => {
  expect(movedBy('contacts', { old: OLD, new: NEW, new_lid: '1@lid' })).toEqual([OLD, NEW, '1@lid']);
});

it('so is a member of a group, without the device', () => {
  const member = {
    tag: 'participant',
    attrs: { jid: '100200300@lid', phone_number: NEW, old_jid: '5491122334455:3@s.whatsapp.net' },
  };
  expect(movedBy('w:gp2', { v_id: '7' }, [member])).toEqual(['100200300@lid', NEW, OLD]);
});

it('what names nobody, and a crowd, cost little', () => {
  expect(movedBy('contacts', {})).toEqual([]);
  const crowd = Array.from({ length: 500 }, (_, at) => ({ tag: 'participant', attrs: { jid: `${at + 1}@lid` } }));
  expect(movedBy('w:gp2', {}, crowd)).toHaveLength(20);
});
