import type { GroupMetadata, SignalKeyStore } from '@whiskeysockets/baileys';
import { readGroup } from '../../../src/whatsapp/query/read-group.ts';

const KEYS = { get: () => Promise.resolve({}) } as unknown as SignalKeyStore;
const PARTICIPANT = { id: '1@lid', phoneNumber: '5492200000001@s.whatsapp.net' };

/** A group as Baileys reads it from an answer with these facts, whatever they are. */
function groupWith(facts: object): GroupMetadata {
  const plain = {
    id: '1@g.us',
    subject: 'Us',
    owner: undefined,
    creation: 1_700_000_000,
    size: 1,
    participants: [PARTICIPANT],
  };
  return { ...plain, ...facts };
}

it.each([
  ['superadmin', 'superadmin'],
  ['admin', 'admin'],
  [null, 'member'],
  ['__proto__', 'member'],
  ['', 'member'],
])('a participant of the type “%s” is a %s', async (admin, role) => {
  const { participants } = await readGroup(groupWith({ participants: [{ ...PARTICIPANT, admin }] }), KEYS);

  expect(participants).toMatchObject([{ role }]);
});

it.each([
  ['creation', NaN, { createdAtMs: null }],
  ['creation', 1e308, { createdAtMs: null }],
  ['creation', 1e13, { createdAtMs: null }],
  ['size', NaN, { size: 1 }],
  ['size', -1, { size: 1 }],
  ['size', 1.5, { size: 1 }],
  ['subject', undefined, { subject: '' }],
])('a group whose %s is %s is read all the same', async (name, value, read) => {
  expect(await readGroup(groupWith({ [name]: value }), KEYS)).toMatchObject(read);
});
