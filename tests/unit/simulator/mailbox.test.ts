import { node } from '../../../simulator/kit/stanza.ts';
import { Mailbox } from '../../../simulator/world/mailbox.ts';

const message = (id: string, attrs: Record<string, string> = {}) => node('message', { id, from: 'a@lid', ...attrs });

function mailboxOf(...sent: ReturnType<typeof node>[]): Mailbox {
  const mailbox = new Mailbox();
  for (const [index, stanza] of sent.entries()) mailbox.put(stanza, index);
  return mailbox;
}

it('returns waiting stanzas in order, again and again until they are confirmed', () => {
  const mailbox = new Mailbox();
  mailbox.put(message('one'), 1);
  mailbox.put(message('two'));

  const first = mailbox.drain(2);
  expect(first.stanzas.map(({ attrs }) => [attrs.id, attrs.offline])).toEqual([
    ['one', '0'],
    ['two', '1'],
  ]);
  expect(first.again).toBe(1);
  expect(mailbox.receive('one', { to: 'a@lid' })).toBe(1);

  const second = mailbox.drain(3);
  expect(second.stanzas.map(({ attrs }) => attrs.id)).toEqual(['two']);
  expect(second.again).toBe(1);
});

it('ignores the confirmation of a stanza that was never sent', () => {
  const mailbox = new Mailbox();
  mailbox.put(message('one'));

  expect(mailbox.receive('one', { to: 'a@lid' })).toBe(0);
  expect(mailbox.acknowledge({ class: 'message', id: 'one', to: 'a@lid' })).toBe(0);
  expect(mailbox.size).toBe(1);
});

it('distinguishes receipts for one message by sender and type', () => {
  const mailbox = mailboxOf(
    node('receipt', { id: 'one', from: 'a@lid' }),
    node('receipt', { id: 'one', from: 'a@lid', type: 'read' }),
    message('one'),
  );

  expect(mailbox.acknowledge({ class: 'receipt', id: 'one', to: 'a@lid', type: 'read' })).toBe(1);
  expect(mailbox.acknowledge({ class: 'receipt', id: 'one', to: 'b@lid' })).toBe(0);
  expect(mailbox.size).toBe(2);
});

const FULL = { from: '1@g.us', participant: '2:3@lid', recipient: '4@lid', type: 'w:gp2' };
const ACK = {
  class: 'notification',
  id: 'one',
  to: '1@g.us',
  participant: '2:3@lid',
  recipient: '4@lid',
  type: 'w:gp2',
};

it('takes an ack that repeats everything', () => {
  expect(mailboxOf(node('notification', { id: 'one', ...FULL })).acknowledge(ACK)).toBe(1);
});

it.each(['class', 'id', 'to', 'participant', 'recipient', 'type'] as const)('takes no ack without %s', (missing) => {
  const mailbox = mailboxOf(node('notification', { id: 'one', ...FULL }));

  expect(mailbox.acknowledge({ ...ACK, [missing]: undefined })).toBe(0);
  expect(mailbox.acknowledge({ ...ACK, [missing]: 'another' })).toBe(0);
});

it('takes an ack of a message without its type, and other spellings of JIDs', () => {
  const mailbox = mailboxOf(message('one', { from: '5491122334455@s.whatsapp.net', type: 'text' }));

  expect(mailbox.acknowledge({ class: 'message', id: 'one', to: '5491122334455:0@c.us' })).toBe(1);
});

it.each([
  [{ to: 'a:2@lid' }, 1],
  [{ to: 'b@lid' }, 0],
  [{ recipient: 'c@lid' }, 1],
  [{ recipient: 'b@lid' }, 0],
  [{}, 0],
] as [Record<string, string>, number][])('takes the receipt %j of a message from a to c %d times', (receipt, times) => {
  expect(mailboxOf(message('one', { from: 'a:1@lid', recipient: 'c@lid' })).receive('one', receipt)).toBe(times);
});

it('tells what has waited longest for an answer, and not what the device asked to keep', () => {
  const mailbox = mailboxOf(message('one'), message('two'));
  mailbox.put(message('three'));

  expect(mailbox.unanswered).toEqual({ stanza: message('one'), sentAtMs: 0 });
  mailbox.keep({ class: 'message', id: 'one', to: 'a@lid' });
  expect(mailbox.unanswered).toEqual({ stanza: message('two'), sentAtMs: 1 });
  mailbox.receive('two', { to: 'a@lid' });
  expect(mailbox.unanswered).toBeUndefined();

  mailbox.drain(5);
  expect(mailbox.unanswered).toEqual({ stanza: message('one'), sentAtMs: 5 });
});
