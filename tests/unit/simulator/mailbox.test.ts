import { node } from '../../../simulator/kit/stanza.ts';
import { Mailbox } from '../../../simulator/world/mailbox.ts';

const message = (id: string) => node('message', { id, from: 'a@lid' });

it('gives out what waits in its order, and again until it is confirmed', () => {
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

it('is not told that something arrived which was never sent', () => {
  const mailbox = new Mailbox();
  mailbox.put(message('one'), false);

  expect(mailbox.confirm('message', { id: 'one' })).toBe(0);
  expect(mailbox.size).toBe(1);
});

it('tells receipts for one message apart by who sent them and their type', () => {
  const mailbox = new Mailbox();
  mailbox.put(node('receipt', { id: 'one', from: 'a@lid' }), true);
  mailbox.put(node('receipt', { id: 'one', from: 'a@lid', type: 'read' }), true);
  mailbox.put(message('one'), true);

  expect(mailbox.confirm('receipt', { id: 'one', to: 'a@lid', type: 'read' })).toBe(1);
  expect(mailbox.confirm('receipt', { id: 'one', to: 'b@lid' })).toBe(0);
  expect(mailbox.size).toBe(2);
});
