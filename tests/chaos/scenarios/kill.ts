import { setTimeout as pause } from 'node:timers/promises';
import { type Dice } from '../dice.ts';
import { withoutRepeats } from '../ledger.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { Stage } from '../stage.ts';
import { Traffic } from '../traffic.ts';

interface KillSize extends Size {
  kills: number;
  sessions: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  /** The longest time that a process runs after its start. */
  lifeMs: number;
  patienceMs: number;
}

/** The share of processes that are killed before they are ready, and the longest time until then. */
const KILLED_AT_START = 0.2;
const START_MS = 1_000;
/** The share of processes during which the backend goes down or comes up. */
const BACKEND_SWITCHES = 0.4;

/** See docs/chaos.md. */
export const kill: Scenario<KillSize> = {
  name: 'kill',
  proves: 'A SIGKILL at any instant loses, duplicates and reorders no message, while the backend goes up and down.',
  sizes: {
    short: { kills: 6, sessions: 4, pauseMs: 120, lifeMs: 1_200, patienceMs: 20_000 },
    full: { kills: 200, sessions: 20, pauseMs: 1_500, lifeMs: 2_500, patienceMs: 180_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    for (let count = 0; count < size.kills; count += 1) {
      await killProcess(stage, dice, size);
      stage.spawn();
    }
    await traffic.stop();
    await stage.backend.comesUp();
    await stage.process.untilReady();
    await stage.settle(size.patienceMs);
    const { accepted, ledger } = stage;
    return { figure: figure(stage, size), problems: stage.problems(), evidence: { ledger, accepted } };
  },
};

/** Lets the process run for a while, during which the backend may go down or come up, and kills it. */
async function killProcess({ process, backend }: Stage, dice: Dice, { lifeMs }: KillSize): Promise<void> {
  const isStarting = dice.happens(KILLED_AT_START);
  if (!isStarting) await process.untilReady();
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

function figure({ ledger, accepted, whatsapp }: Stage, { kills, sessions }: KillSize): string {
  const got = withoutRepeats(accepted);
  const messages = got.filter(({ path }) => path.endsWith('messages/received')).length;
  const { redelivered, retries } = whatsapp.stats();
  return [
    `${kills} kills, ${sessions} sessions, ${ledger.count()} messages sent, ${messages} received in order`,
    `${accepted.length - got.length} repeated webhook-ids, ${redelivered} stanzas delivered again, ${retries} retries`,
  ].join(', ');
}
