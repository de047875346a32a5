import { setTimeout as pause } from 'node:timers/promises';
import { type Dice } from '../dice.ts';
import { firstOnes } from '../ledger.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { Stage } from '../stage.ts';
import { Traffic } from '../traffic.ts';

interface KillSize extends Size {
  kills: number;
  sessions: number;
  /** People write to each session after a pause of up to this. */
  pauseMs: number;
  /** A process lives up to this long after its start. */
  lifeMs: number;
  patienceMs: number;
}

/** So many processes are killed before they are ready: up to this long after they were begun. */
const KILLED_AT_START = 0.2;
const START_MS = 1_000;
/** In so many lives the backend goes down, or comes up again. */
const BACKEND_TURNS = 0.4;

/** See docs/chaos.md. */
export const kill: Scenario<KillSize> = {
  name: 'kill',
  proves: 'A SIGKILL at any instant loses, doubles and moves no message, with a backend that is up and down by turns.',
  sizes: {
    short: { kills: 6, sessions: 4, pauseMs: 120, lifeMs: 1_200, patienceMs: 20_000 },
    full: { kills: 200, sessions: 20, pauseMs: 1_500, lifeMs: 2_500, patienceMs: 180_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    for (let count = 0; count < size.kills; count += 1) {
      await endLife(stage, dice, size);
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

/** Lets the process live for a while, in which the backend may go or come, and kills it. */
async function endLife({ process, backend }: Stage, dice: Dice, { lifeMs }: KillSize): Promise<void> {
  const isStillborn = dice.happens(KILLED_AT_START);
  if (!isStillborn) await process.untilReady();
  const deathMs = dice.below(isStillborn ? START_MS : lifeMs);
  const turnMs = dice.happens(BACKEND_TURNS) ? dice.below(deathMs) : undefined;
  if (turnMs !== undefined) {
    await pause(turnMs);
    await (backend.isUp ? backend.goesDown() : backend.comesUp());
  }
  await pause(deathMs - (turnMs ?? 0));
  const code = await process.end('SIGKILL');
  if (code !== null) throw new Error(`It ended by itself, with ${code}:\n${process.output}`);
}

function figure({ ledger, accepted, whatsapp }: Stage, { kills, sessions }: KillSize): string {
  const got = firstOnes(accepted);
  const messages = got.filter(({ path }) => path.endsWith('messages/received')).length;
  const { redelivered, retries } = whatsapp.stats();
  return [
    `${kills} kills, ${sessions} sessions, ${ledger.count()} messages sent, ${messages} received in order`,
    `${accepted.length - got.length} repeated webhook-ids, ${redelivered} stanzas delivered again, ${retries} retries`,
  ].join(', ');
}
