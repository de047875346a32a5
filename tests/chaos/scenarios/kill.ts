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

/** The share of processes that are killed before they are ready, and the longest time until then. */
const KILLED_AT_START = 0.2;
const START_MS = 1_000;
/** The share of the others that live until they have sent some messages, and the longest time until then. */
const KILLED_AFTER_REPLIES = 0.6;
const REPLIES = 8;
const REPLIES_MS = 2_000;
/** The share of processes during which the backend goes down or comes up. */
const BACKEND_SWITCHES = 0.4;

/** See docs/chaos.md. */
export const kill: Scenario<KillSize> = {
  name: 'kill',
  proves:
    'A SIGKILL at any instant loses, duplicates and reorders no message, while both sides write and the backend goes up and down.',
  sizes: {
    short: { kills: 6, sessions: 4, pauseMs: 200, replyMs: 60, lifeMs: 1_200, patienceMs: 20_000 },
    full: { kills: 200, sessions: 20, pauseMs: 1_500, replyMs: 600, lifeMs: 2_500, patienceMs: 180_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    const replies = new Replies(stage, dice.fork(), size.replyMs);
    for (let count = 0; count < size.kills; count += 1) {
      await killProcess({ stage, replies }, dice, size);
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
}

/** Lets the process run for a while, during which the backend may go down or come up, and kills it. */
async function killProcess({ stage, replies }: Scene, dice: Dice, { lifeMs }: KillSize): Promise<void> {
  const { process, backend } = stage;
  const isStarting = dice.happens(KILLED_AT_START);
  if (!isStarting) await process.untilReady();
  if (!isStarting && dice.happens(KILLED_AFTER_REPLIES)) await replies.untilAnswered(REPLIES, REPLIES_MS);
  const killMs = dice.below(isStarting ? START_MS : lifeMs);
  const switchMs = dice.happens(BACKEND_SWITCHES) ? dice.below(killMs) : undefined;
  if (switchMs !== undefined) {
    await pause(switchMs);
    await (backend.isUp ? backend.goesDown() : backend.comesUp());
  }
  await pause(killMs - (switchMs ?? 0));
  const code = await process.end('SIGKILL');
  if (code !== null) throw new Error(`The process exited by itself with ${code}:\n${process.output}`);
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
