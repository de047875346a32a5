import { isReceiptStray } from '../../../src/whatsapp/baileys/stray-receipts.ts';

const ME = { id: '1:5@s.whatsapp.net', lid: '11:5@lid' };
const OWN = { id: 'A1', from: '1@s.whatsapp.net' };

describe('Baileys’ receipt for a message does not reach its sender', () => {
  it.each([
    ['a peer message that names somebody else', { ...OWN, category: 'peer', recipient: '2:255@lid' }],
    ['a peer message that names the own LID', { ...OWN, category: 'peer', recipient: '11@lid' }],
    ['an own text to a group that names no participant', { ...OWN, recipient: '1-2@g.us' }],
    ['an own text that names a participant', { ...OWN, recipient: '2@s.whatsapp.net', participant: '3@lid' }],
    ['an own text to nobody', OWN],
  ])('%s', (_, attrs) => {
    expect(isReceiptStray(attrs, ME)).toBe(true);
  });
});

describe('it does for', () => {
  it.each([
    ['a peer message', { ...OWN, category: 'peer' }],
    ['a peer message that names the account', { ...OWN, category: 'peer', recipient: '1:5@s.whatsapp.net' }],
    ['an own text', { ...OWN, recipient: '2@s.whatsapp.net' }],
    ['an own text by LID', { ...OWN, from: '11@lid', recipient: '2@lid' }],
    ['an own text by LID that names a participant', { ...OWN, recipient: '2@lid', participant: '3@lid' }],
    ['an own text to nobody that names the own LID', { ...OWN, sender_lid: '11@lid' }],
    ['a text of somebody else', { id: 'A1', from: '2@lid' }],
    ['a text of somebody else that names a participant', { id: 'A1', from: '2@lid', participant: '3@lid' }],
    ['a text in a group', { id: 'A1', from: '1-2@g.us', participant: '11@lid' }],
    ['a status', { id: 'A1', from: 'status@broadcast', participant: '2@lid' }],
    ['a post of a channel', { id: 'A1', from: '1@newsletter' }],
  ])('%s', (_, attrs) => {
    expect(isReceiptStray(attrs, ME)).toBe(false);
  });
});
