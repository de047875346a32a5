import { node } from '../../../simulator/kit/stanza.ts';
import { Mailbox } from '../../../simulator/world/mailbox.ts';

const message = (id: string) => node('message', { id, from: 'a@lid' });

it('returns waiting stanzas in order, again and again until they are confirmed', () => {
  const mailbox = new Mailbox();
  mailbox.put(message('one'), true);
  mailbox.put(message('two'), false);

  const first = mailbox.drain();
  expect(first.stanzas.map(({ attrs }) => [attrs.id, attrs.offline])).toEqual([
    ['one', '0'],
    ['two', '1'],
  ]);
  expect(first.again).toBe(1);
  expect(mailbox.confirm('message', { id: 'one' })).toBe(1);

  const second = mailbox.drain();
  expect(second.stanzas.map(({ attrs }) => attrs.id)).toEqual(['two']);
  expect(second.again).toBe(1);
});

it('ignores the confirmation of a stanza that was never sent', () => {
  const mailbox = new Mailbox();
  mailbox.put(message('one'), false);

  expect(mailbox.confirm('message', { id: 'one' })).toBe(0);
  expect(mailbox.size).toBe(1);
});

it('distinguishes receipts for one message by sender and type', () => {
  const mailbox = new Mailbox();
  mailbox.put(node('receipt', { id: 'one', from: 'a@lid' }), true);
  mailbox.put(node('receipt', { id: 'one', from: 'a@lid', type: 'read' }), true);
  mailbox.put(message('one'), true);

  expect(mailbox.confirm('receipt', { id: 'one', to: 'a@lid', type: 'read' })).toBe(1);
  expect(mailbox.confirm('receipt', { id: 'one', to: 'b@lid' })).toBe(0);
  expect(mailbox.size).toBe(2);
});
