import { proto } from '@whiskeysockets/baileys';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import { ACCOUNT, ANA, LUZ, startTwoFriends, webhookFor as webhookIn } from '../../harness/two-friends.ts';
import type { LinkedAccount, World } from '../../harness/world.ts';

const { MESSAGE_EDIT } = proto.Message.SecretEncryptedMessage.SecretEncType;

let world: World;
let account: LinkedAccount;
let ana: Phone;
let luz: Phone;
let group: Group;

beforeAll(async () => {
  ({ world, account, ana, luz, group } = await startTwoFriends());
});
afterAll(() => world[Symbol.asyncDispose]());

const webhookFor = (messageId: string) => webhookIn(world, messageId);

/** Sends a message through the orchestrator; resolves with its id once the reader's phone has it. */
async function sentByUs(message: object, reader: Phone): Promise<string> {
  const { body } = await world.orchestrator.post(`/sessions/${account.sessionId}/messages`, message);
  const { messageId } = body as { messageId: string };
  await reader.next(({ id }) => id === messageId);
  return messageId;
}

describe('an edit by a contact', () => {
  it.each(['sealed', 'plain'] as const)('that is %s is reported as an edit', async (form) => {
    const text = await ana.sendText(ACCOUNT, 'hoy');
    await webhookFor(text);

    expect(await webhookFor(await ana.edit(text, 'mañana', { form }))).toMatchObject({
      ...{ message_type: 'edit', message_content: 'mañana', edited_message_id: text, sender_number: ANA },
      unsupported_keys: [],
    });
  });

  it.each([
    ['lid', 'lid'],
    ['lid', 'pn'],
    ['pn', 'lid'],
    ['pn', 'pn'],
  ] as const)('is read, however it addresses the author (%s) and the editor (%s)', async (authorAs, senderAs) => {
    for (const chat of [ACCOUNT, group]) {
      const text = await ana.sendText(chat, 'hoy');
      const edit = await ana.edit(text, 'mañana', { authorAs, senderAs });
      expect(await webhookFor(edit)).toMatchObject({ message_type: 'edit', message_content: 'mañana' });
    }
  });

  it('is read when it edits an edited message again, and when the connection was down', async () => {
    const text = await ana.sendText(ACCOUNT, 'hoy');
    await webhookFor(await ana.edit(text, 'mañana'));
    await world.stopOrchestrator();
    const again = await ana.edit(text, 'nunca');
    await world.startOrchestrator();

    expect(await webhookFor(again)).toMatchObject({
      ...{ message_type: 'edit', message_content: 'nunca', edited_message_id: text, offline: true },
    });
  });

  it('is not reported when it edits the message of somebody else, or one of another chat', async () => {
    const [text, elsewhere] = [await ana.sendText(group, 'hoy'), await luz.sendText(ACCOUNT, 'a solas')];
    await luz.next(({ id }) => id === text);
    await Promise.all([webhookFor(text), webhookFor(elsewhere)]);
    const forged = await luz.edit(text, 'nunca');
    const key = { id: elsewhere, fromMe: true };
    const moved = await luz.send(group, {
      secretEncryptedMessage: { targetMessageKey: key, secretEncType: MESSAGE_EDIT },
    });
    await webhookFor(await luz.sendText(group, 'después'));

    const reported = world.backend.received.map(({ body }) => body.message_id as string);
    expect(reported).not.toContain(forged);
    expect(reported).not.toContain(moved);
  });
});

describe('what a contact says about a message', () => {
  it('is reported: a sealed reaction, and its removal', async () => {
    const text = await sentByUs({ type: 'text', number: ANA, text: 'hola' }, ana);

    expect(await webhookFor(await ana.answer(text, { emoji: '👍' }))).toMatchObject({
      ...{ message_type: 'reaction', message_content: '👍', reaction: { message_id: text, emoji: '👍' } },
    });
    expect(await webhookFor(await ana.answer(text, { emoji: '' }))).toMatchObject({
      ...{ message_type: 'reaction', message_content: null, reaction: { message_id: text, emoji: null } },
    });
  });

  it('is reported: a comment, as a reply', async () => {
    const text = await ana.sendText(group, 'hoy');
    await luz.next(({ id }) => id === text);

    expect(await webhookFor(await luz.answer(text, { comment: 'bien' }))).toMatchObject({
      ...{ message_type: 'text', message_content: 'bien', quoted_message_id: text, sender_number: LUZ },
    });
  });

  it('is reported as unsupported: a new option of a poll, which holds up nothing', async () => {
    const poll = await luz.sendPoll(group, { name: '¿Cuándo?', options: ['hoy', 'mañana'] });
    await ana.next(({ id }) => id === poll);

    expect(await webhookFor(await ana.addOption(poll, 'nunca'))).toMatchObject({
      ...{ message_type: 'unsupported', unsupported_keys: ['secretEncryptedMessage'] },
    });
    expect(await webhookFor(await ana.vote(poll, ['hoy']))).toMatchObject({ message_content: 'hoy' });
  });

  it.each([
    ['GOING', 'going'],
    ['NOT_GOING', 'not_going'],
    ['MAYBE', 'maybe'],
  ] as const)('is reported: an answer to an event, %s', async (going, answer) => {
    const messageContextInfo = { messageSecret: Buffer.alloc(32, 7) };
    const event = await luz.send(group, { eventMessage: { name: 'Cena' }, messageContextInfo });
    await ana.next(({ id }) => id === event);

    expect(await webhookFor(await ana.answer(event, { going }))).toMatchObject({
      ...{ message_type: 'event_answer', message_content: answer, quoted_message_id: event, sender_number: ANA },
    });
  });
});

describe('what cannot be opened', () => {
  const sealed = { encPayload: Buffer.from('not sealed with the secret'), encIv: Buffer.alloc(12) };

  it.each<[string, (id: string) => proto.IMessage]>([
    [
      'secretEncryptedMessage',
      (id) => ({ secretEncryptedMessage: { targetMessageKey: { id }, secretEncType: MESSAGE_EDIT } }),
    ],
    ['secretEncryptedMessage', () => ({ secretEncryptedMessage: { ...sealed, secretEncType: MESSAGE_EDIT } })],
    [
      'secretEncryptedMessage',
      () => ({
        secretEncryptedMessage: {
          targetMessageKey: { id: 'OLD', fromMe: true },
          ...sealed,
          secretEncType: MESSAGE_EDIT,
        },
      }),
    ],
    ['secretEncryptedMessage', (id) => ({ secretEncryptedMessage: { targetMessageKey: { id }, ...sealed } })],
    [
      'secretEncryptedMessage',
      (id) => ({
        secretEncryptedMessage: { targetMessageKey: { id }, secretEncType: MESSAGE_EDIT, encIv: Buffer.alloc(0) },
      }),
    ],
    ['encReactionMessage', (id) => ({ encReactionMessage: { targetMessageKey: { id }, ...sealed } })],
    ['encCommentMessage', (id) => ({ encCommentMessage: { targetMessageKey: { id }, ...sealed } })],
    ['encEventResponseMessage', (id) => ({ encEventResponseMessage: { eventCreationMessageKey: { id }, ...sealed } })],
  ])('is reported as unsupported, and holds up nothing: %s', async (field, message) => {
    const text = await ana.sendText(ACCOUNT, 'hoy');
    const broken = await ana.send(ACCOUNT, message(text));

    expect(await webhookFor(broken)).toMatchObject({ message_type: 'unsupported', unsupported_keys: [field] });
    expect(await webhookFor(await ana.sendText(ACCOUNT, 'después'))).toMatchObject({ message_content: 'después' });
  });
});
