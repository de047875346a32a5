import { proto, type SignalKeyStore, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { peopleOf } from '../../../src/whatsapp/addressing/people.ts';
import { isShown } from '../../../src/whatsapp/receive/changes.ts';
import { readContent } from '../../../src/whatsapp/messages/read.ts';

const ME = { id: '5491000000000:1@s.whatsapp.net', lid: '11:1@lid' };
const GROUP = '120363000000000000@g.us';
const [ANA, ANA_LID] = ['5491111@s.whatsapp.net', '222@lid'];
const [LUZ, LUZ_LID] = ['5492222@s.whatsapp.net', '333@lid'];
const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** The numbers that WhatsApp revealed before. */
const KEYS = {
  get: () => Promise.resolve({ '222_reverse': '5491111', '5491111': '222' }),
} as unknown as SignalKeyStore;

type Key = WAMessageKey;

const edit = (key: Key): proto.IMessage => ({
  protocolMessage: { key: { id: 'M', ...key }, type: MESSAGE_EDIT, editedMessage: { conversation: 'otro' } },
});
const deletion = (key: Key): proto.IMessage => ({ protocolMessage: { key: { id: 'M', ...key }, type: REVOKE } });
const reaction = (key: Key): proto.IMessage => ({ reactionMessage: { key: { id: 'M', ...key }, text: '👍' } });
const vote = (key: Key): proto.IMessage => ({ pollUpdateMessage: { pollCreationMessageKey: { id: 'M', ...key } } });

const OWN: Key = { fromMe: true };

const text = (key: Key): WAMessage => ({ key: { id: 'M', ...key }, message: { conversation: 'hola' } });

interface Case {
  /** The messages with the id that the change names. */
  known: WAMessage[];
  /** Where the change arrives. */
  by: Key;
  change: proto.IMessage;
  admins?: string[];
}

function shown({ known, by, change, admins = [] }: Case): Promise<boolean> {
  const content = readContent(change);
  if (!content) throw new Error('It is no change');
  return isShown(
    content,
    { message: { key: { id: 'C', ...by }, message: change }, me: ME },
    {
      people: (all) => peopleOf(KEYS, all),
      messages: (id) => Promise.resolve(known.filter(({ key }) => key.id === id)),
      isAdmin: (groupId, names) => Promise.resolve(groupId === GROUP && names.some((name) => admins.includes(name))),
    },
  );
}

const byAna: Key = { remoteJid: ANA_LID, remoteJidAlt: ANA };
const byLuz: Key = { remoteJid: LUZ_LID, remoteJidAlt: LUZ };
const anaInGroup: Key = { remoteJid: GROUP, participant: ANA_LID, participantAlt: ANA };
const luzInGroup: Key = { remoteJid: GROUP, participant: LUZ_LID, participantAlt: LUZ };
const byOwner: Key = { remoteJid: ANA_LID, remoteJidAlt: ANA, fromMe: true };

describe.each([
  ['an edit', edit],
  ['a deletion', deletion],
])('%s', (_, change) => {
  it.each<[string, Key, Key]>([
    ['of the same chat', byAna, byAna],
    ['under the number, of a message under the LID', { remoteJid: ANA }, { remoteJid: ANA_LID }],
    ['under the LID, of a message under the number', { remoteJid: ANA_LID }, { remoteJid: ANA }],
    ['in a group', anaInGroup, anaInGroup],
    ['in a group, under the number', { remoteJid: GROUP, participant: ANA }, anaInGroup],
    ['by the owner', byOwner, byOwner],
    ['of a message that came by a broadcast list', byAna, { remoteJid: '1@broadcast', participant: ANA }],
  ])('by the author counts: %s', async (_case, by, known) => {
    expect(await shown({ known: [text(known)], by, change: change(OWN) })).toBe(true);
  });

  it.each<[string, Key, Key, Key]>([
    ['by another person, of another chat', byLuz, byAna, OWN],
    ['by another person, with the author named', byLuz, byAna, { participant: ANA }],
    ['of a message of ours', byAna, byOwner, OWN],
    ['of a message of ours, as such', byAna, byOwner, { fromMe: false }],
    ['by another member', luzInGroup, anaInGroup, OWN],
    ['by another member, with the author named', luzInGroup, anaInGroup, { fromMe: false, participant: ANA_LID }],
    ['in another group by the author', { ...anaInGroup, remoteJid: '1@g.us' }, anaInGroup, OWN],
    ['in the chat with the author, of a message in a group', byAna, anaInGroup, OWN],
    ['in a group, of a message in the chat with the author', anaInGroup, byAna, OWN],
    ['by the owner, of a message of the other side', byOwner, byAna, OWN],
  ])('does not count %s', async (_case, by, known, claim) => {
    expect(await shown({ known: [text(known)], by, change: change(claim) })).toBe(false);
  });

  it('counts for its author, whoever else wrote a message under the same id', async () => {
    const known = [text(byLuz), text(byAna), text(anaInGroup)];

    expect(await shown({ known, by: byAna, change: change(OWN) })).toBe(true);
    expect(await shown({ known, by: luzInGroup, change: change(OWN) })).toBe(false);
  });

  it('of an unknown message counts if it claims to be by the author', async () => {
    expect(await shown({ known: [], by: byAna, change: change(OWN) })).toBe(true);
    expect(await shown({ known: [], by: anaInGroup, change: change({ participant: ANA }) })).toBe(true);
    expect(await shown({ known: [], by: anaInGroup, change: change({ participant: LUZ_LID }) })).toBe(false);
    expect(await shown({ known: [], by: byAna, change: change({ fromMe: false }) })).toBe(false);
  });

  it('of no message at all is told as what it is', async () => {
    expect(await shown({ known: [], by: byAna, change: change({ id: null }) })).toBe(true);
  });
});

describe('an admin of a group', () => {
  const named: Key = { fromMe: false, participant: ANA_LID };

  it.each<[string, string, WAMessage[]]>([
    ['a known message', LUZ_LID, [text(anaInGroup)]],
    ['a known message, under the number', LUZ, [text(anaInGroup)]],
    ['a message of ours', LUZ_LID, [text({ remoteJid: GROUP, fromMe: true })]],
    ['an unknown message', LUZ_LID, []],
  ])('deletes %s of others', async (_, admin, known) => {
    expect(await shown({ known, by: luzInGroup, change: deletion(named), admins: [admin] })).toBe(true);
  });

  it('edits no message of others', async () => {
    expect(await shown({ known: [text(anaInGroup)], by: luzInGroup, change: edit(named), admins: [LUZ_LID] })).toBe(
      false,
    );
  });

  it('deletes nothing elsewhere', async () => {
    expect(await shown({ known: [text(byAna)], by: luzInGroup, change: deletion(named), admins: [LUZ_LID] })).toBe(
      false,
    );
  });
});

describe.each([
  ['a reaction', reaction],
  ['a vote', vote],
])('%s', (_, change) => {
  it.each<[string, Key, Key]>([
    ['the other side', byAna, byAna],
    ['us', byAna, byOwner],
    ['another member', luzInGroup, anaInGroup],
  ])('to a message of %s counts in its chat', async (_case, by, known) => {
    expect(await shown({ known: [text(known)], by, change: change({}) })).toBe(true);
  });

  it('to a message of another chat does not count', async () => {
    expect(await shown({ known: [text(byAna)], by: byLuz, change: change(OWN) })).toBe(false);
    expect(await shown({ known: [text(anaInGroup)], by: byAna, change: change({}) })).toBe(false);
  });

  it('to an unknown message counts', async () => {
    expect(await shown({ known: [], by: byAna, change: change({}) })).toBe(true);
  });
});
