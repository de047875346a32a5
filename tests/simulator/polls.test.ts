import { createHash } from 'node:crypto';
import { decryptPollVote, type WAMessage } from '@whiskeysockets/baileys';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const OPTIONS = ['hoy', 'mañana', 'nunca'];
const scene = linkedClientForAllTests();

/** The options of a vote, decrypted by Baileys with the secret of this poll. */
function chosenIn(vote: WAMessage, poll: WAMessage, jids: { creator: string; voter: string }): string[] {
  const { pollCreationMessageKey, vote: sealed } = vote.message!.pollUpdateMessage!;
  const { selectedOptions } = decryptPollVote(sealed!, {
    pollCreatorJid: jids.creator,
    voterJid: jids.voter,
    pollMsgId: pollCreationMessageKey!.id!,
    pollEncKey: poll.message!.messageContextInfo!.messageSecret!,
  });
  const hashes = selectedOptions.map((hash) => Buffer.from(hash).toString('hex'));
  return OPTIONS.filter((option) => hashes.includes(createHash('sha256').update(option).digest('hex')));
}

function withId(id: string | null | undefined) {
  return ({ key }: WAMessage): boolean => key.id === id;
}

describe('a vote', () => {
  it.each([
    ['lid', 'lid'],
    ['lid', 'pn'],
    ['pn', 'lid'],
    ['pn', 'pn'],
  ] as const)('can be read by Baileys, with the creator by %s and the voter by %s', async (authorAs, senderAs) => {
    const { client, ana, whatsapp } = scene;
    const owner = whatsapp.phone(SHOP);
    const poll = await client.sock!.sendMessage(ana.jid, {
      poll: { name: '¿Cuándo?', values: OPTIONS, selectableCount: 1 },
    });
    await ana.next(({ id }) => id === poll!.key.id);

    const id = await ana.vote(poll!.key.id!, ['mañana', 'nunca'], { authorAs, senderAs, votedAtMs: 1_700_000_000_123 });

    const { message: vote } = await client.message(withId(id));
    const jids = { lid: [owner.lid, ana.lid], pn: [owner.jid, ana.jid] } as const;
    const [creator, voter] = [jids[authorAs][0], jids[senderAs][1]];
    expect(chosenIn(vote, poll!, { creator, voter })).toEqual(['mañana', 'nunca']);
    expect(vote.message?.pollUpdateMessage).toMatchObject({ pollCreationMessageKey: { id: poll!.key.id } });
    expect(Number(vote.message?.pollUpdateMessage?.senderTimestampMs)).toBe(1_700_000_000_123);
  });

  it('is taken back by choosing nothing, and works in an own poll and in a group', async () => {
    const { client, ana, whatsapp } = scene;
    const owner = whatsapp.phone(SHOP);
    const group = whatsapp.group({ subject: 'Us', members: [ana, owner] });
    const question = { name: '¿Cuándo?', options: OPTIONS };
    const pollId = await ana.sendPoll(group, question);
    await owner.next(({ id }) => id === pollId);
    const { message: poll } = await client.message(withId(pollId));

    const own = await ana.vote(pollId, ['hoy']);
    const other = await owner.vote(pollId, []);

    const creator = ana.lid;
    const { message: ownVote } = await client.message(withId(own));
    expect(chosenIn(ownVote, poll, { creator, voter: ana.lid })).toEqual(['hoy']);
    expect(ownVote.message?.pollUpdateMessage?.pollCreationMessageKey).toMatchObject({ remoteJid: group.jid });
    const { message: otherVote } = await client.message(withId(other));
    expect(chosenIn(otherVote, poll, { creator, voter: owner.lid })).toEqual([]);
    expect(otherVote.message?.pollUpdateMessage?.pollCreationMessageKey).toMatchObject({ participant: ana.lid });
  });

  it('in a poll of another device of the same person is an own message', async () => {
    const { client, ana, whatsapp } = scene;
    const owner = whatsapp.phone(SHOP);
    const poll = await client.sock!.sendMessage(ana.jid, {
      poll: { name: '¿Cuándo?', values: OPTIONS, selectableCount: 0 },
    });
    await ana.next(({ id }) => id === poll!.key.id);

    const id = await owner.vote(poll!.key.id!, ['hoy']);

    const { message: vote } = await client.message(withId(id));
    expect(vote.key.fromMe).toBe(true);
    expect(chosenIn(vote, poll!, { creator: owner.lid, voter: owner.lid })).toEqual(['hoy']);
  });

  it('in an unknown poll is refused', async () => {
    await expect(scene.ana.vote('NOBODY', ['hoy'])).rejects.toThrow(RangeError);
  });
});
