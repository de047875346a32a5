import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import { ACCOUNT, ANA, LUZ, startTwoFriends, webhookFor as webhookIn } from '../../harness/two-friends.ts';
import type { LinkedAccount, World } from '../../harness/world.ts';

const QUESTION = { name: '¿Cuándo?', options: ['hoy', 'mañana', 'nunca'], selectableCount: 0 };
const POLL = { name: '¿Cuándo?', options: ['hoy', 'mañana', 'nunca'], selectable_count: 0 };

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

/** The expected results: the voters of each of the three options. */
function results(...voters: [hoy: string[], mañana: string[], nunca: string[]]) {
  return POLL.options.map((option, at) => ({ option, votes: voters[at]?.length, voters: voters[at] }));
}

/** Sends a poll through the orchestrator; resolves with its id once the reader's phone has it. */
async function pollSentByUs(to: Phone | Group, reader: Phone): Promise<string> {
  const number = 'number' in to ? to.number : to.jid;
  const body = { number, type: 'poll', poll: { name: POLL.name, options: POLL.options, selectable_count: 0 } };
  const answer = await world.orchestrator.post(`/sessions/${account.sessionId}/messages`, body);
  const { messageId } = answer.body as { messageId: string };
  await reader.next(({ id }) => id === messageId);
  return messageId;
}

describe('a vote in a poll', () => {
  it('that a contact sent is reported with the poll, the chosen options and the results so far', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    expect(await webhookFor(poll)).toMatchObject({
      message_type: 'poll',
      poll: { ...POLL, message_id: null, selected: null, results: null },
    });

    const vote = await ana.vote(poll, ['nunca', 'hoy']);

    expect(await webhookFor(vote)).toMatchObject({
      message_type: 'poll_vote',
      message_content: 'hoy, nunca',
      sender_number: ANA,
      poll: { ...POLL, message_id: poll, selected: ['hoy', 'nunca'], results: results([ANA], [], [ANA]) },
    });
  });

  it.each([
    ['lid', 'lid'],
    ['lid', 'pn'],
    ['pn', 'lid'],
    ['pn', 'pn'],
  ] as const)('that we sent is read, however it addresses creator (%s) and voter (%s)', async (authorAs, senderAs) => {
    const poll = await pollSentByUs(ana, ana);

    const vote = await ana.vote(poll, ['mañana'], { authorAs, senderAs });

    expect(await webhookFor(vote)).toMatchObject({
      message_content: 'mañana',
      poll: { ...POLL, message_id: poll, selected: ['mañana'], results: results([], [ANA], []) },
    });
  });

  it('in a group is counted: the latest of each member counts, a withdrawn one does not', async () => {
    const poll = await pollSentByUs(group, luz);

    await webhookFor(await ana.vote(poll, ['hoy']));
    expect(await webhookFor(await luz.vote(poll, ['hoy', 'mañana']))).toMatchObject({
      group_id: group.jid,
      poll: { results: results([ANA, LUZ], [LUZ], []) },
    });
    expect(await webhookFor(await ana.vote(poll, ['nunca']))).toMatchObject({
      message_content: 'nunca',
      poll: { selected: ['nunca'], results: results([LUZ], [LUZ], [ANA]) },
    });
    expect(await webhookFor(await luz.vote(poll, []))).toMatchObject({
      message_type: 'poll_vote',
      message_content: null,
      poll: { ...POLL, message_id: poll, selected: [], results: results([], [], [ANA]) },
    });
  });

  it('does not replace a newer one when it arrives late', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await webhookFor(await ana.vote(poll, ['hoy'], { votedAtMs: 2_000 }));

    expect(await webhookFor(await ana.vote(poll, ['mañana'], { votedAtMs: 1_000 }))).toMatchObject({
      message_content: 'mañana',
      poll: { selected: ['mañana'], results: results([ANA], [], []) },
    });
  });

  it('counts when the owner casts it, although the backend receives no webhook for it', async () => {
    const poll = await ana.sendPoll(group, QUESTION);
    await webhookFor(poll);
    await account.phone.next(({ id }) => id === poll);
    const own = await account.phone.vote(poll, ['mañana']);

    const { poll: state } = await webhookFor(await ana.vote(poll, ['hoy']));

    expect(state).toMatchObject({ results: results([ANA], [ACCOUNT], []) });
    expect(world.backend.received.filter(({ body }) => body.message_id === own)).toEqual([]);
  });

  it('counts once WhatsApp accepted it when the backend casts it, and the latest of ours counts, from wherever', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await webhookFor(poll);
    const cast = (options: string[]) =>
      world.orchestrator.post(`/sessions/${account.sessionId}/messages`, { type: 'vote', message_id: poll, options });

    const own = await cast(['hoy', 'nunca']);
    expect(own).toMatchObject({ status: 200 });
    expect(await webhookFor(await ana.vote(poll, ['hoy']))).toMatchObject({
      poll: { results: results([ACCOUNT, ANA], [], [ACCOUNT]) },
    });
    world.whatsapp.fault('message-error', { number: ACCOUNT, code: 479, times: 1 });
    expect(await cast(['mañana'])).toMatchObject({ body: { error: 'message_refused' } });
    expect(await webhookFor(await ana.vote(poll, ['nunca']))).toMatchObject({
      poll: { results: results([ACCOUNT], [], [ACCOUNT, ANA]) },
    });
    await cast([]);
    expect(await webhookFor(await ana.vote(poll, ['hoy']))).toMatchObject({
      poll: { results: results([ANA], [], []) },
    });
    const told = world.backend.received.filter(({ body }) => body.message_id === own.body.messageId);
    expect(told.filter(({ path }) => path.endsWith('/received'))).toEqual([]);
  });

  it('counts once and is reported once when WhatsApp delivers it twice', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await webhookFor(poll);
    world.whatsapp.fault('duplicate-delivery', { number: ACCOUNT });
    const vote = await ana.vote(poll, ['hoy']);
    await webhookFor(vote);
    world.whatsapp.clearFaults();

    const { poll: state } = await webhookFor(await ana.vote(poll, ['hoy', 'mañana']));

    expect(state).toMatchObject({ results: results([ANA], [ANA], []) });
    expect(world.backend.received.filter(({ body }) => body.message_id === vote)).toHaveLength(1);
  });

  it('that we do not know is reported all the same', async () => {
    const poll = await ana.sendPoll(LUZ, QUESTION);
    await luz.next(({ id }) => id === poll);
    const lost = await ana.send(ACCOUNT, {
      pollUpdateMessage: {
        pollCreationMessageKey: { id: poll, fromMe: true },
        vote: { encPayload: Buffer.from('sealed'), encIv: Buffer.alloc(12) },
      },
    });

    expect(await webhookFor(lost)).toMatchObject({
      message_type: 'poll_vote',
      message_content: null,
      poll: {
        message_id: poll,
        ...{ name: null, options: null, selectable_count: null, selected: null, results: null },
      },
    });
  });

  it('is reported with the poll alone when it cannot be decrypted or is empty', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await webhookFor(poll);
    const key = { pollCreationMessageKey: { id: poll } };
    const vote = { encPayload: Buffer.from('not sealed with the secret'), encIv: Buffer.alloc(12) };

    for (const pollUpdateMessage of [{ ...key, vote }, key]) {
      expect(await webhookFor(await ana.send(ACCOUNT, { pollUpdateMessage }))).toMatchObject({
        message_type: 'poll_vote',
        poll: { ...POLL, message_id: poll, selected: null, results: null },
      });
    }
  });

  it('is still read after a restart', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await webhookFor(await ana.vote(poll, ['hoy']));
    await world.stopOrchestrator();
    const vote = await ana.vote(poll, ['nunca']);
    await world.startOrchestrator();

    expect(await webhookFor(vote)).toMatchObject({ offline: true, poll: { results: results([], [], [ANA]) } });
  });
});
