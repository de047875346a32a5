import { setTimeout as pause } from 'node:timers/promises';
import type { TestBackend } from '../../harness/test-backend.ts';
import type { Dice } from '../dice.ts';
import { messagesOf } from '../ledger.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Stage, waitFor } from '../stage.ts';

interface AwaySize extends Size {
  messages: number;
  sessions: number;
  /** 1 runs the orchestrator within this process. */
  inside: number;
  /** The duration of each kind of absence. */
  phaseMs: number;
  patienceMs: number;
  /** The limit for the first try after the backend's return: 2 s are promised on a machine that is not busy. */
  firstTryMs: number;
}

/** Hanging requests time out after this; only then can another one find that the backend is back. */
const TIMEOUT_MS = 1_000;

/** A kind of absence. */
interface Absence {
  begin: (backend: TestBackend) => Promise<void> | void;
  /** What the backend answers meanwhile, `null` for nothing; left out where nothing can reach it. */
  answers?: number | null;
}

/** All of them, in order. */
const ABSENCES: readonly Absence[] = [
  { begin: (backend) => backend.answerWith(500), answers: 500 },
  { begin: (backend) => backend.goesDown() },
  {
    begin: async (backend) => {
      backend.answerWith('hang');
      await backend.comesUp();
    },
    answers: null,
  },
  { begin: (backend) => backend.answerWith({ status: 429, headers: { 'retry-after': '1' } }), answers: 429 },
];

/** See docs/chaos.md. */
export const away: Scenario<AwaySize> = {
  name: 'away',
  proves: 'A backend that fails, refuses connections, hangs or is busy gets everything in order soon after its return.',
  sizes: {
    short: { inside: 1, messages: 24, sessions: 3, phaseMs: 300, patienceMs: 20_000, firstTryMs: 10_000 },
    full: { inside: 0, messages: 1_000, sessions: 50, phaseMs: 20_000, patienceMs: 60_000, firstTryMs: 2_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({
      accounts: size.sessions,
      isInside: size.inside > 0,
      environment: { BACKEND_TIMEOUT: String(TIMEOUT_MS) },
    });
    for (const absence of ABSENCES) {
      await absence.begin(stage.backend);
      await Promise.all([pause(size.phaseMs), write(stage, dice, size.messages / ABSENCES.length)]);
      await untilMet(stage, absence, size.patienceMs);
    }
    const firstTryMs = await comeBack(stage, size.patienceMs);
    const drainedMs = await until(() => stage.ledger.isFull(stage.accepted), size.patienceMs);
    const { body: health } = await stage.server.get('/health');
    const dead = health.callbacks.deadLettered as number;
    const { accepted, ledger } = stage;
    return {
      figure: [
        `${size.sessions} sessions, ${ledger.count()} messages sent while the backend was away`,
        `${messagesOf(accepted).length} received in order, ${dead} dead letters`,
        `first try ${firstTryMs} ms after its return, all of it after ${firstTryMs + drainedMs} ms`,
      ].join(', '),
      problems: [
        ...(firstTryMs <= size.firstTryMs ? [] : [`the first try came ${firstTryMs} ms after the return`]),
        ...(dead === 0 ? [] : [`${dead} callbacks became dead letters`]),
        ...stage.problems(),
      ],
      evidence: { ledger, accepted },
    };
  },
};

/** Waits until a post has met the absence. */
async function untilMet({ backend }: Stage, { answers }: Absence, patienceMs: number): Promise<void> {
  const isMet = () => answers === undefined || backend.received.some(({ status }) => status === answers);
  await waitFor(isMet, patienceMs);
  if (!isMet()) throw new Error(`Nothing was answered with ${answers}`);
}

async function write(stage: Stage, dice: Dice, count: number): Promise<void> {
  for (let written = 0; written < count; written += 1) {
    const account = dice.pick(stage.accounts);
    await stage.write(account, account.friend, { chat: dice.pick([account.phone, account.group]) });
  }
}

/** Lets the backend recover; resolves with the time until the first request, in ms. */
function comeBack({ backend }: Stage, patienceMs: number): Promise<number> {
  const before = backend.received.length;
  backend.recovers();
  return until(() => backend.received.length > before, patienceMs);
}

async function until(holds: () => boolean, patienceMs: number): Promise<number> {
  const begin = performance.now();
  await waitFor(holds, patienceMs);
  return Math.round(performance.now() - begin);
}
