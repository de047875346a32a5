import { setTimeout as pause } from 'node:timers/promises';
import type { Received } from '../../harness/test-backend.ts';
import { messagesOf } from '../ledger.ts';
import type { Outcome, Scenario, Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface PoisonSize extends Size {
  sessions: number;
  /** 1 runs the orchestrator within this process. */
  inside: number;
  /** Messages to each session; the middle one of the first session is refused. */
  messages: number;
  pauseMs: number;
  /** `CALLBACK_POISON_AFTER`: a refused message is tried for a minute, or for this time if it is shorter. */
  poisonAfterSeconds: number;
  patienceMs: number;
}

/** The observations to judge. */
interface Found {
  deadIds: string[];
  /** The number of messages received before the dead letter was retried. */
  before: number;
  /** The longest delay of a message to another session, in ms. */
  slowestMs: number;
}

const REFUSED = 422;
/** The limit for that delay, with a margin for a busy machine. */
const ON_TIME_MS = 1_500;

/** See docs/chaos.md. */
export const poison: Scenario<PoisonSize> = {
  name: 'poison',
  proves:
    'Only the callback that is always refused becomes a dead letter; it delays no other session and can be retried.',
  sizes: {
    short: { inside: 1, sessions: 2, messages: 10, pauseMs: 30, poisonAfterSeconds: 1, patienceMs: 25_000 },
    full: { inside: 0, sessions: 20, messages: 60, pauseMs: 700, poisonAfterSeconds: 3_600, patienceMs: 180_000 },
  },
  async run(size) {
    await using stage = await Stage.open({
      accounts: size.sessions,
      isInside: size.inside > 0,
      environment: { CALLBACK_POISON_AFTER: String(size.poisonAfterSeconds) },
    });
    await writeToAll(stage, size);
    await waitFor(() => messagesOf(stage.accepted).length >= stage.ledger.count() - 1, size.patienceMs);
    const deadIds = await deadLetters(stage);
    const before = messagesOf(stage.accepted).length;
    const slowestMs = slowestOfOthers(stage);
    stage.backend.recovers();
    for (const id of deadIds) await stage.server.post(`/callbacks/${id}/retry`);
    await stage.settle(size.patienceMs);
    return judge(stage, { deadIds, before, slowestMs });
  },
};

/** Writes to all accounts in turn; the backend refuses the middle message of the first account. */
async function writeToAll(stage: Stage, { messages, pauseMs }: PoisonSize): Promise<void> {
  const [poisoned] = stage.accounts as [Account];
  let poisonId: string | undefined;
  const isPoison = ({ body }: Received): boolean => poisonId !== undefined && body.message_id === poisonId;
  stage.backend.answerWith((received) => (isPoison(received) ? REFUSED : 200));
  for (let written = 0; written < messages; written += 1) {
    if (written === Math.floor(messages / 2)) poisonId = 'POISON';
    for (const account of stage.accounts) {
      const isTheOne = account === poisoned && written === Math.floor(messages / 2);
      await stage.write(account, account.friend, { ...(isTheOne && { id: 'POISON' }) });
    }
    await pause(pauseMs);
  }
}

async function deadLetters({ server }: Stage): Promise<string[]> {
  const { body } = await server.get('/callbacks?state=dead');
  return ((body.data ?? []) as { id: unknown }[]).map(({ id }) => String(id));
}

function slowestOfOthers(stage: Stage): number {
  const [poisoned] = stage.accounts as [Account];
  const others = messagesOf(stage.accepted).filter(({ body }) => body.session_id !== poisoned.sessionId);
  return Math.max(...others.map((received) => stage.delayMs(received)));
}

function judge({ ledger, accepted: all }: Stage, { deadIds, before, slowestMs }: Found): Outcome {
  const accepted = putBack(all);
  return {
    figure: [
      `${ledger.count()} messages, of which one is always refused: ${deadIds.length} dead letter, ${before} received`,
      `the slowest of the other sessions after ${slowestMs} ms, ${messagesOf(accepted).length} after the dead letter's retry`,
    ].join(', '),
    problems: [
      ...(deadIds.length === 1 ? [] : [`there are ${deadIds.length} dead letters, not one`]),
      ...(before === ledger.count() - 1 ? [] : [`${before} messages arrived before the retry, not all but one`]),
      ...(slowestMs <= ON_TIME_MS ? [] : [`a message to another session took ${slowestMs} ms`]),
      ...ledger.compare(accepted),
    ],
    evidence: { ledger, accepted },
  };
}

/**
 * Moves the retried message, which came last, to where its sequence number belongs; all others must be in order
 * already.
 */
function putBack(accepted: readonly Received[]): Received[] {
  const [last] = messagesOf(accepted).slice(-1);
  const { body, headers } = last ?? {};
  const index = accepted.findIndex(
    (other) =>
      other.body.session_id === body?.session_id &&
      Number(other.headers['x-session-seq']) > Number(headers?.['x-session-seq']),
  );
  if (!last || index < 0) return [...accepted];
  const others = accepted.filter((other) => other !== last);
  return others.toSpliced(index, 0, last);
}
