import { type Phone } from '../../../simulator/phones/phone.ts';
import { type Group } from '../../../simulator/world/group.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const ANA = '5490987654321';
const LUZ = '5491155556666';
const QUESTION = { name: '¿Cuándo?', options: ['hoy', 'mañana', 'nunca'], selectableCount: 0 };
const POLL = { name: '¿Cuándo?', options: ['hoy', 'mañana', 'nunca'], selectable_count: 0 };

let world: World;
let account: LinkedAccount;
let ana: Phone;
let luz: Phone;
let group: Group;

beforeAll(async () => {
  world = await startWorld();
  ana = world.whatsapp.phone(ANA, 'Ana');
  luz = world.whatsapp.phone(LUZ, 'Luz');
  const owner = world.whatsapp.phone(ACCOUNT, 'Tienda');
  account = await world.link(owner);
  group = world.whatsapp.group({ subject: 'Ventas', members: [ana, luz, owner] });
});
afterAll(() => world[Symbol.asyncDispose]());

/** What the backend is told of the message with this id. */
async function told(messageId: string): Promise<Record<string, unknown>> {
  return (await world.backend.next(({ body }) => body.message_id === messageId)).body as Record<string, unknown>;
}

/** How the votes stand: who chose each of the three. */
function standing(...voters: [hoy: string[], mañana: string[], nunca: string[]]) {
  return POLL.options.map((option, at) => ({ option, votes: voters[at]?.length, voters: voters[at] }));
}

/** A poll that the orchestrator has sent, once the phone has it. */
async function askedByUs(to: Phone | Group, reader: Phone): Promise<string> {
  const number = 'number' in to ? to.number : to.jid;
  const body = { number, type: 'poll', poll: { name: POLL.name, options: POLL.options, selectable_count: 0 } };
  const answer = await world.orchestrator.post(`/sessions/${account.sessionId}/messages`, body);
  const { messageId } = answer.body as { messageId: string };
  await reader.next(({ id }) => id === messageId);
  return messageId;
}

describe('a vote in a poll', () => {
  it('that somebody asked us is told with the poll, what was chosen, and how the votes stand', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    expect(await told(poll)).toMatchObject({
      message_type: 'poll',
      poll: { ...POLL, message_id: null, selected: null, results: null },
    });

    const vote = await ana.vote(poll, ['nunca', 'hoy']);

    expect(await told(vote)).toMatchObject({
      message_type: 'poll_vote',
      message_content: 'hoy, nunca',
      sender_number: ANA,
      poll: { ...POLL, message_id: poll, selected: ['hoy', 'nunca'], results: standing([ANA], [], [ANA]) },
    });
  });

  it.each([
    ['lid', 'lid'],
    ['lid', 'pn'],
    ['pn', 'lid'],
    ['pn', 'pn'],
  ] as const)(
    'that we asked is read, whichever way it names creator (%s) and voter (%s)',
    async (creatorAs, voterAs) => {
      const poll = await askedByUs(ana, ana);

      const vote = await ana.vote(poll, ['mañana'], { creatorAs, voterAs });

      expect(await told(vote)).toMatchObject({
        message_content: 'mañana',
        poll: { ...POLL, message_id: poll, selected: ['mañana'], results: standing([], [ANA], []) },
      });
    },
  );

  it('in a group adds up: the latest vote of each counts, one that was taken back does not', async () => {
    const poll = await askedByUs(group, luz);

    await told(await ana.vote(poll, ['hoy']));
    expect(await told(await luz.vote(poll, ['hoy', 'mañana']))).toMatchObject({
      group_id: group.jid,
      poll: { results: standing([ANA, LUZ], [LUZ], []) },
    });
    expect(await told(await ana.vote(poll, ['nunca']))).toMatchObject({
      message_content: 'nunca',
      poll: { selected: ['nunca'], results: standing([LUZ], [LUZ], [ANA]) },
    });
    expect(await told(await luz.vote(poll, []))).toMatchObject({
      message_type: 'poll_vote',
      message_content: null,
      poll: { ...POLL, message_id: poll, selected: [], results: standing([], [], [ANA]) },
    });
  });

  it('that comes late does not take the place of a later one', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await told(await ana.vote(poll, ['hoy'], { votedAtMs: 2_000 }));

    expect(await told(await ana.vote(poll, ['mañana'], { votedAtMs: 1_000 }))).toMatchObject({
      message_content: 'mañana',
      poll: { selected: ['mañana'], results: standing([ANA], [], []) },
    });
  });

  it('of the owner counts, though the backend is not told of it', async () => {
    const poll = await ana.sendPoll(group, QUESTION);
    await told(poll);
    await account.phone.next(({ id }) => id === poll);
    const own = await account.phone.vote(poll, ['mañana']);

    const { poll: state } = await told(await ana.vote(poll, ['hoy']));

    expect(state).toMatchObject({ results: standing([ANA], [ACCOUNT], []) });
    expect(world.backend.received.filter(({ body }) => body.message_id === own)).toEqual([]);
  });

  it('that WhatsApp delivers twice is one callback and one vote', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await told(poll);
    world.whatsapp.fault('duplicate-delivery', { number: ACCOUNT });
    const vote = await ana.vote(poll, ['hoy']);
    await told(vote);
    world.whatsapp.clearFaults();

    const { poll: state } = await told(await ana.vote(poll, ['hoy', 'mañana']));

    expect(state).toMatchObject({ results: standing([ANA], [ANA], []) });
    expect(world.backend.received.filter(({ body }) => body.message_id === vote)).toHaveLength(1);
  });

  it('that we do not know is told all the same', async () => {
    const poll = await ana.sendPoll(LUZ, QUESTION);
    await luz.next(({ id }) => id === poll);
    const lost = await ana.send(ACCOUNT, {
      pollUpdateMessage: {
        pollCreationMessageKey: { id: poll, fromMe: true },
        vote: { encPayload: Buffer.from('sealed'), encIv: Buffer.alloc(12) },
      },
    });

    expect(await told(lost)).toMatchObject({
      message_type: 'poll_vote',
      message_content: null,
      poll: {
        message_id: poll,
        ...{ name: null, options: null, selectable_count: null, selected: null, results: null },
      },
    });
  });

  it('that opens to nobody’s name, or says nothing, is told as far as it is known', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await told(poll);
    const key = { pollCreationMessageKey: { id: poll } };
    const vote = { encPayload: Buffer.from('not sealed with the secret'), encIv: Buffer.alloc(12) };

    for (const pollUpdateMessage of [{ ...key, vote }, key]) {
      expect(await told(await ana.send(ACCOUNT, { pollUpdateMessage }))).toMatchObject({
        message_type: 'poll_vote',
        poll: { ...POLL, message_id: poll, selected: null, results: null },
      });
    }
  });

  it('is read after a restart too', async () => {
    const poll = await ana.sendPoll(ACCOUNT, QUESTION);
    await told(await ana.vote(poll, ['hoy']));
    await world.stopOrchestrator();
    const vote = await ana.vote(poll, ['nunca']);
    await world.startOrchestrator();

    expect(await told(vote)).toMatchObject({ offline: true, poll: { results: standing([], [], [ANA]) } });
  });
});
