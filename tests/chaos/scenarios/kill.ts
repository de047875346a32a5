import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.ts';
import { withoutRepeats } from '../ledger.ts';
import { Replies } from '../replies.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Stage } from '../stage.ts';
import { Traffic } from '../traffic.ts';

interface KillSize extends Size {
  kills: number;
  sessions: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  /** The longest pause between messages from a session. */
  replyMs: number;
  /** The longest time that a process runs after its start. */
  lifeMs: number;
  patienceMs: number;
}

/** When a process is killed: before it is ready, once it has sent some messages, or at any time. */
type Life = 'start' | 'replies' | 'any';

/** Each of these lives comes once, with a backend that goes down in the first and comes up in the last. */
const FIRST_LIVES: readonly Life[] = ['replies', 'start', 'any'];
const FIRST_SWITCHES: readonly boolean[] = [true, false, true];
/** The share of the later processes that are killed before they are ready, and the longest time until then. */
const KILLED_AT_START = 0.2;
const START_MS = 1_000;
/** The share of the others that live until they have sent some messages, and the longest time until then. */
const KILLED_AFTER_REPLIES = 0.6;
const REPLIES = 8;
const REPLIES_MS = 5_000;
/** The share of the later processes during which the backend goes down or comes up. */
const BACKEND_SWITCHES = 0.4;

/** See docs/chaos.md. */
export const kill: Scenario<KillSize> = {
  name: 'kill',
  proves:
    'A SIGKILL at any instant loses, duplicates and reorders no message, while both sides write and the backend goes up and down.',
  sizes: {
    short: { kills: 3, sessions: 2, pauseMs: 300, replyMs: 60, lifeMs: 1_200, patienceMs: 40_000 },
    full: { kills: 200, sessions: 20, pauseMs: 1_500, replyMs: 600, lifeMs: 2_500, patienceMs: 180_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    const replies = new Replies(stage, dice.fork(), size.replyMs);
    for (let count = 0; count < size.kills; count += 1) {
      await killProcess({ stage, replies, count }, dice, size);
      stage.spawn();
    }
    await Promise.all([traffic.stop(), replies.stop()]);
    await stage.backend.comesUp();
    await stage.process.untilReady();
    await stage.settle(size.patienceMs);
    const { accepted, ledger } = stage;
    const problems = [...stage.problems(), ...(await replies.problems(size.patienceMs)), ...retryProblems(stage)];
    return { figure: figure(stage, size, replies.count), problems, evidence: { ledger, accepted } };
  },
};

/** What is going on while processes are killed. */
interface Scene {
  stage: Stage;
  replies: Replies;
  /** The number of processes that were killed before. */
  count: number;
}

/** Lets the process run for a while, during which the backend may go down or come up, and kills it. */
async function killProcess({ stage, replies, count }: Scene, dice: Dice, { lifeMs }: KillSize): Promise<void> {
  const { process, backend } = stage;
  const life = FIRST_LIVES[count] ?? anyLife(dice);
  if (life !== 'start') await process.untilReady();
  if (life === 'replies') await replies.untilAnswered(REPLIES, REPLIES_MS);
  const killMs = dice.below(life === 'start' ? START_MS : lifeMs);
  const switchMs = dice.below(killMs);
  await pause(switchMs);
  if (FIRST_SWITCHES[count] ?? dice.happens(BACKEND_SWITCHES))
    await (backend.isUp ? backend.goesDown() : backend.comesUp());
  await pause(killMs - switchMs);
  const code = await process.end('SIGKILL');
  if (code !== null) throw new Error(`The process exited by itself with ${code}:\n${process.output}`);
}

function anyLife(dice: Dice): Life {
  if (dice.happens(KILLED_AT_START)) return 'start';
  return dice.happens(KILLED_AFTER_REPLIES) ? 'replies' : 'any';
}

/** Nobody asks for a message again: both sides can read everything at once. */
function retryProblems({ whatsapp }: Stage): string[] {
  const { retries } = whatsapp.stats();
  return retries === 0 ? [] : [`there were ${retries} retry receipts`];
}

function figure({ ledger, accepted, whatsapp }: Stage, { kills, sessions }: KillSize, replies: number): string {
  const got = withoutRepeats(accepted);
  const messages = got.filter(({ path }) => path.endsWith('messages/received')).length;
  const { redelivered, retries } = whatsapp.stats();
  return [
    `${kills} kills, ${sessions} sessions, ${ledger.count()} messages sent, ${messages} received in order, ${replies} sent back`,
    `${accepted.length - got.length} repeated webhook-ids, ${redelivered} stanzas delivered again, ${retries} retries`,
  ].join(', ');
}
