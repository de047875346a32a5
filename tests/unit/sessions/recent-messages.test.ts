import type { SessionId } from '../../../src/domain/session-id.ts';
import type { OutgoingContent } from '../../../src/domain/outgoing.ts';
import { type RecentMessage, RecentMessages, recentlySent } from '../../../src/sessions/recent-messages.ts';

const [ANA, BEA] = ['session_1_ana', 'session_2_bea'] as [SessionId, SessionId];

function message(sessionId: SessionId, id: string): RecentMessage {
  return sent(sessionId, id, { type: 'text', text: id });
}

function sent(sessionId: SessionId, messageId: string, content: OutgoingContent, to = '549@s.whatsapp.net') {
  return recentlySent(sessionId, { content }, { messageId, to }, 0);
}

function idsOf(messages: RecentMessages, sessionId: SessionId, limit = 1_000): string[] {
  return messages.of(sessionId, limit).map((each) => each.messageId);
}

it('keeps the last hundred messages of a session, the newest last', () => {
  const messages = new RecentMessages();
  for (let i = 1; i <= 120; i += 1) messages.add(message(ANA, String(i)));

  expect(idsOf(messages, ANA)).toHaveLength(100);
  expect(idsOf(messages, ANA, 2)).toEqual(['119', '120']);
  expect(idsOf(messages, BEA)).toEqual([]);
});

it('is bounded over all sessions: the one that was quiet for longest is evicted first', () => {
  const messages = new RecentMessages(4);
  for (const id of ['a1', 'a2', 'a3']) messages.add(message(ANA, id));
  for (const id of ['b1', 'b2']) messages.add(message(BEA, id));
  expect([idsOf(messages, ANA), idsOf(messages, BEA)]).toEqual([
    ['a2', 'a3'],
    ['b1', 'b2'],
  ]);
  for (const id of ['b3', 'b4', 'b5']) messages.add(message(BEA, id));
  expect([idsOf(messages, ANA), idsOf(messages, BEA)]).toEqual([[], ['b2', 'b3', 'b4', 'b5']]);
});

it('replaces a message that is reported again, in place, and keeps those of others with the same id', () => {
  const messages = new RecentMessages(4);
  const first = { ...message(ANA, 'a1'), type: 'undecryptable', text: null };
  for (const each of [
    first,
    message(ANA, 'a2'),
    message(ANA, 'a1'),
    { ...first, chatId: '1@g.us' },
    { ...first, number: '1' },
  ]) {
    messages.add(each);
  }

  expect(messages.of(ANA, 9).map(({ messageId, text }) => [messageId, text])).toEqual([
    ['a1', 'a1'],
    ['a2', 'a2'],
    ['a1', null],
    ['a1', null],
  ]);
  messages.add(message(BEA, 'b1'));
  expect(idsOf(messages, ANA)).toHaveLength(3);
});

it('deletes a session, which makes room for others', () => {
  const messages = new RecentMessages(2);
  messages.add(message(ANA, 'a1'));
  messages.forget(ANA);
  messages.forget(ANA);
  for (const id of ['b1', 'b2']) messages.add(message(BEA, id));

  expect([idsOf(messages, ANA), idsOf(messages, BEA)]).toEqual([[], ['b1', 'b2']]);
});

it.each<[OutgoingContent, string | null]>([
  [{ type: 'text', text: 'a'.repeat(501) }, 'a'.repeat(500)],
  [{ type: 'edit', messageId: 'A1', text: 'mejor así' }, 'mejor así'],
  [{ type: 'reaction', messageId: 'A1', emoji: '👍' }, '👍'],
  [{ type: 'poll', poll: { name: '¿Cuándo?', options: ['hoy'], selectable_count: 1 } }, '¿Cuándo?'],
  [{ type: 'delete', messageId: 'A1' }, null],
])('shows what a person would read of %j', (content, text) => {
  expect(sent(ANA, 'A2', content)).toMatchObject({ direction: 'out', type: content.type, text, number: '549' });
});

it('has no number for a group', () => {
  expect(sent(ANA, 'A1', { type: 'text', text: 'hola' }, '120363@g.us')).toMatchObject({ number: null });
});
