import type { Dice } from '../dice.ts';
import { messagesOf } from '../ledger.ts';
import type { Scenario } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';
import { Traffic } from '../traffic.ts';
import type { Received } from '../../harness/test-backend.ts';
import type { Act, HostileSize, Played, Scene } from './hostile/act.ts';
import { BACKEND } from './hostile/backend.ts';
import { DOOR } from './hostile/door.ts';
import { SERVER } from './hostile/server.ts';
import { STORAGE } from './hostile/storage.ts';
import { STRANGERS } from './hostile/strangers.ts';

const ACTS: readonly Act[] = [...STRANGERS, ...SERVER, ...BACKEND, ...DOOR, ...STORAGE];

/** What ordinary people write: {@link Stage.write}. */
const ORDINARY = /^\d\d\/\d+$/;

/** See docs/chaos.md. */
export const hostile: Scenario<HostileSize> = {
  name: 'hostile',
  proves:
    'Strangers, servers, backends, web pages and disks that mean harm neither stop, reorder nor lose what people write.',
  sizes: {
    short: { accounts: 2, times: 3, pauseMs: 300, patienceMs: 20_000, long: 0 },
    full: { accounts: 5, times: 50, pauseMs: 300, patienceMs: 60_000, long: 1 },
  },
  async run(size, dice) {
    // A refused webhook is given up after seconds instead of an hour, and a backend that does not answer after two.
    await using stage = await Stage.open({
      accounts: size.accounts,
      environment: { CALLBACK_POISON_AFTER: '3', BACKEND_TIMEOUT: '2000' },
    });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    const played: { act: Act; result: Played }[] = [];
    for (const act of ACTS.filter(({ isLong }) => size.long > 0 || !isLong))
      played.push({ act, result: await play(act, stage, { size, dice: dice.fork() }) });
    const late: string[] = [];
    for (const { act, result } of played)
      late.push(...((await result.lastly?.()) ?? []).map((problem) => `${act.name}: ${problem}`));
    await traffic.stop();
    await waitFor(() => stage.ledger.isFull(ordinary(stage.backend.received)), size.patienceMs);
    const accepted = ordinary(stage.backend.received);
    return {
      figure: [`${played.length} kinds of hostility, ${stage.ledger.count()} messages of ordinary people in order`]
        .concat(played.map(({ result }) => result.figure))
        .join('; '),
      problems: [
        ...played.flatMap(({ act, result }) => result.problems.map((problem) => `${act.name}: ${problem}`)),
        ...late,
        ...stage.ledger.compare(accepted),
      ],
      evidence: { ledger: stage.ledger, accepted },
    };
  },
};

/** Plays an act against the first account. An act that fails is a broken promise. */
async function play(act: Act, stage: Stage, more: { size: HostileSize; dice: Dice }): Promise<Played> {
  const [account] = stage.accounts as [Account];
  const scene: Scene = { stage, account, fiend: stage.stranger(), ...more };
  try {
    return await act.play(scene);
  } catch (error) {
    return { figure: `${act.name} was aborted`, problems: [String(error)] };
  }
}

/**
 * What the backend accepted, without the messages of strangers: they keep their place in the sequence, even when they were
 * refused, and are judged by the acts.
 */
function ordinary(all: readonly Received[]): Received[] {
  const strange = new Set(
    messagesOf(all).filter(({ body }) => !ORDINARY.test(String(body.message_content as string | null))),
  );
  return all
    .filter((received) => strange.has(received) || isAccepted(received))
    .map((received) => (strange.has(received) ? { ...received, path: 'a stranger' } : received));
}

function isAccepted({ status }: Received): boolean {
  return status !== null && status >= 200 && status < 300;
}
