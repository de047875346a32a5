import { setTimeout as pause } from 'node:timers/promises';
import { FAULTS } from '../../../simulator/faults/fault-table.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type LinkedAccount, type World } from '../../harness/world.ts';
import { Ledger, messagesOf } from '../ledger.ts';
import type { Outcome, Scenario, Size } from '../scenario.ts';
import { waitFor } from '../stage.ts';
import { nameOf, type Trouble, TROUBLES } from '../troubles.ts';

interface ConnectionsSize extends Size {
  /** Runs every n-th trouble of the table. */
  every: number;
  rounds: number;
  patienceMs: number;
}

type Evidence = NonNullable<Outcome['evidence']>;

/** One trouble of one account, in its own world. */
interface Scene {
  world: World;
  ledger: Ledger;
  trouble: Trouble;
  account: LinkedAccount;
  author: Phone;
  patienceMs: number;
}

/** Messages before, during and after the trouble. */
const MESSAGES_EACH = 4;
const PAUSE_MS = 30;
/** Time passes a hundred times faster, in steps that the watchdogs' timers can follow. */
const STEP_MS = 2_500;
const EVERY_MS = 25;

/** See docs/chaos.md. */
export const connections: Scenario<ConnectionsSize> = {
  name: 'connections',
  proves: 'A connection with traffic survives every fault or ends in the right state with a sentence; nothing is lost.',
  sizes: {
    short: { every: 4, rounds: 1, patienceMs: 10_000 },
    full: { every: 1, rounds: 3, patienceMs: 30_000 },
  },
  async run({ every, rounds, patienceMs }, dice) {
    const first = Math.floor(dice.below(every));
    const chosen = TROUBLES.filter((_, index) => index % every === first);
    const problems: string[] = [];
    let messages = 0;
    let evidence: Outcome['evidence'];
    for (const trouble of Array.from({ length: rounds }, () => chosen).flat()) {
      const { found, seen } = await provoke(trouble, patienceMs);
      problems.push(...found.map((problem) => `${nameOf(trouble)}: ${problem}`));
      messages += messagesOf(seen.accepted).length;
      evidence = seen;
    }
    return {
      figure: `${chosen.length * rounds} connections in trouble (${chosen.length} kinds), ${messages} messages received`,
      problems,
      ...(evidence && { evidence }),
    };
  },
};

async function provoke(trouble: Trouble, patienceMs: number): Promise<{ found: string[]; seen: Evidence }> {
  // Hundreds take longer than most troubles.
  await using world = await startWorld({ hasAllPreKeys: trouble.fault === 'low-pre-keys' });
  const account = await world.link(world.whatsapp.phone('5491100000000', 'Account'));
  const author = world.whatsapp.phone('5492200000000', 'Friend');
  const scene: Scene = { world, ledger: new Ledger(), trouble, account, author, patienceMs };
  const fastForward = setInterval(() => world.clock.skip(STEP_MS), EVERY_MS);
  try {
    const found = await play(scene);
    return { found: [...found, ...judge(scene)], seen: { ledger: scene.ledger, accepted: world.backend.accepted } };
  } finally {
    clearInterval(fastForward);
  }
}

async function play(scene: Scene): Promise<string[]> {
  const { world, trouble, account } = scene;
  const { logins } = world.whatsapp.stats();
  await write(scene);
  if (typeof trouble.then === 'object') await settle(scene);
  const { number } = account.phone;
  const options = { ...(takesNumber(trouble) && { number }), ...trouble.options };
  world.whatsapp.fault(trouble.fault, options);
  if (trouble.cut) world.whatsapp.fault('cut', { number });
  if (typeof trouble.then === 'object') return end(scene, trouble.then);
  await write(scene);
  if (trouble.then === 'returns') await waitFor(() => world.whatsapp.stats().logins > logins, scene.patienceMs);
  await write(scene);
  await settle(scene);
  world.whatsapp.clearFaults();
  return status(scene, { status: 'connected', reconnecting: false });
}

/**
 * The session stays in its state. Where a restart helps, it is requested, and the messages written meanwhile arrive.
 */
async function end(scene: Scene, { status: state, sentence }: Exclude<Trouble['then'], string>): Promise<string[]> {
  const { world, account } = scene;
  const found = await status(scene, { status: state, reconnecting: false });
  const { body } = await world.orchestrator.get(`/sessions/${account.sessionId}`);
  const said = String(body.data.error_message);
  if (!sentence.test(said)) found.push(`its error_message is “${said}”`);
  if (state === 'disconnected') return found;
  await write(scene);
  world.whatsapp.clearFaults();
  await world.orchestrator.post(`/sessions/${account.sessionId}/restart`);
  await settle(scene);
  return [...found, ...(await status(scene, { status: 'connected', reconnecting: false }))];
}

async function status({ world, account, patienceMs }: Scene, fields: Record<string, unknown>): Promise<string[]> {
  try {
    await world.orchestrator.until(account.sessionId, fields, patienceMs);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

async function write({ ledger, account, author }: Scene): Promise<void> {
  for (let written = 0; written < MESSAGES_EACH; written += 1) {
    const content = `message ${ledger.count() + 1}`;
    ledger.note(account.sessionId, content);
    await author.sendText(account.phone, content);
    await pause(PAUSE_MS);
  }
}

async function settle(scene: Scene): Promise<void> {
  await waitFor(() => missing(scene).length === 0, scene.patienceMs);
}

function judge(scene: Scene): string[] {
  if (scene.trouble.order !== false) return scene.ledger.compare(scene.world.backend.accepted);
  return missing(scene).map((content) => `“${content}” never came`);
}

function missing({ world, ledger }: Scene): string[] {
  const got = new Set(messagesOf(world.backend.accepted).map(({ body }) => body.message_content as unknown));
  return Array.from({ length: ledger.count() }, (_, index) => `message ${index + 1}`).filter((it) => !got.has(it));
}

function takesNumber({ fault }: Trouble): boolean {
  return (FAULTS[fault].options as readonly string[]).includes('number');
}
