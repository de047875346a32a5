import { cp, rm } from 'node:fs/promises';
import { withoutRepeats } from '../../../ledger.ts';
import { type Account, Stage, waitFor } from '../../../stage.ts';
import type { Received } from '../../../../harness/test-backend.ts';
import type { Act, HostileSize } from '../act.ts';
import { untilSession } from './own-account.ts';

/** More than one session has events of one epoch. */
const JUMP = 1_000_000;

/** The highest numbers that were given so far. */
interface Numbers {
  seq: number;
  cursor: number;
}

/**
 * A copy of the database, made while the process was running, takes the place of the newer one after a crash. It changes the
 * numbers of everybody, so it has a stage and a ledger of its own.
 */
export const RESTORED_COPY: Act = {
  name: 'a restored copy of the database',
  isLong: true,
  async play({ size }) {
    await using stage = await Stage.open({ accounts: 1 });
    const [account] = stage.accounts as [Account];
    await write(stage, account, size);
    const folder = stage.environment.AUTH_DIR!;
    const copy = `${folder}-copy`;
    // As a snapshot of the file system: all files at one instant.
    stage.process.signal('SIGSTOP');
    await cp(folder, copy, { recursive: true });
    stage.process.signal('SIGCONT');
    await write(stage, account, size);
    const before = await numbersOf(stage);
    await stage.process.end('SIGKILL');
    await rm(folder, { recursive: true });
    await cp(copy, folder, { recursive: true });
    await stage.start();
    await untilSession(stage.process, account.sessionId, { patienceMs: size.patienceMs, status: 'connected' });
    await write(stage, account, size);
    const after = await numbersOf(stage);
    const accepted = withoutRepeats(stage.accepted);
    const problems = [
      ...epochProblems(accepted.map(seqOf), before.seq),
      ...(after.cursor > before.cursor ? [] : [`the cursor ${after.cursor} was given before, as ${before.cursor}`]),
      ...stage.ledger.compare(accepted.map(renumbered)),
    ];
    return {
      figure: `${stage.ledger.count()} messages before, after and with a restored copy; x-session-seq went on at ${after.seq}`,
      problems,
    };
  },
};

/** Writes to the account, and waits until everything has arrived. */
async function write(stage: Stage, account: Account, { times, patienceMs }: HostileSize): Promise<void> {
  for (let count = 0; count < times; count += 1) await stage.write(account, account.friend);
  await waitFor(() => stage.ledger.isFull(stage.accepted), patienceMs);
}

async function numbersOf(stage: Stage): Promise<Numbers> {
  const events = await stage.process.get('/events?limit=500');
  return { seq: Math.max(...stage.accepted.map(seqOf)), cursor: events.body.nextCursor as number };
}

const seqOf = ({ headers }: Received): number => Number(headers['x-session-seq']);

/** Within each epoch without a gap, and the second one above all that was given in the first. */
function epochProblems(numbers: readonly number[], last: number): string[] {
  const jumps = numbers.flatMap((number, index) => (number === index + 1 ? [] : [index]));
  const [at] = jumps;
  if (at === undefined) return ['x-session-seq went on as if nothing were lost'];
  const first = numbers[at]!;
  const isNew = first > Math.max(last, JUMP);
  const isGapless = numbers.slice(at).every((number, index) => number === first + index);
  return [
    ...(isNew ? [] : [`x-session-seq went on at ${first} after ${last}`]),
    ...(isGapless ? [] : ['x-session-seq has a gap in the new epoch']),
  ];
}

/** For the ledger, which knows one epoch only. */
function renumbered(received: Received, index: number): Received {
  return { ...received, headers: { ...received.headers, 'x-session-seq': String(index + 1) } };
}
