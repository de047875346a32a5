import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import type { Dice } from '../dice.ts';
import { ARMED, KILLED, killPlan, type KillPlan, type KillPoint } from '../kill-point.ts';
import type { Scenario, Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface WindowSize extends Size {
  rounds: number;
  /** The probability that the next process is killed too, while it delivers what the first one left. */
  again: number;
  patienceMs: number;
  /** 1 shows what happens without a journal. */
  withoutJournal: number;
}

/** A message with a given kind of encryption: its author and chat. */
interface Chat {
  name: string;
  kind: 'pkmsg' | 'msg' | 'skmsg';
  /** Whether it is a group that nobody has written to before. */
  isNew?: boolean;
  open: (stage: Stage, account: Account) => { author: Phone; chat?: Group };
}

interface Tally {
  /** Kills that did not happen. */
  missed: string[];
  kills: number;
  again: number;
  /** Kills planned after the receipt. */
  afterReceipt: number;
  /** Those of them for which WhatsApp really had the receipt. */
  receipts: number;
}

const AROUND_CALLBACK: KillPoint[] = ['after-callback', 'after-post'];
/** Those of a message whose webhook needs a commit of its own: the sender is new, or a group's name is not known yet. */
const APART: KillPoint[] = ['before-journal', 'after-journal', 'after-receipt', ...AROUND_CALLBACK];
/** Those of a message that shares its commit with its webhook. */
const TOGETHER: KillPoint[] = [...APART, 'before-commit'];
/** The message at which the process is killed, and those that follow it. */
const MESSAGES_AT_ONCE = 3;
/** Whether a message shares its commit with its webhook depends on what else is just being stored: so many more are tried, after so long each. */
const [MORE_MESSAGES, AGAIN_MS] = [10, 1_000];

const CHATS: Chat[] = [
  { name: 'a first message', kind: 'pkmsg', open: (stage) => ({ author: stage.stranger() }) },
  { name: 'a message', kind: 'msg', open: (_, { friend }) => ({ author: friend }) },
  {
    name: 'a first message to a group, of which one part is decrypted',
    kind: 'pkmsg',
    isNew: true,
    open: ({ whatsapp, stranger }, { phone }) => {
      const author = stranger();
      return { author, chat: whatsapp.group({ subject: 'A new group', members: [phone, author] }) };
    },
  },
  {
    name: 'a message to a group',
    kind: 'skmsg',
    open: (_, { neighbour, group }) => ({ author: neighbour, chat: group }),
  },
];

/** See docs/chaos.md. */
export const window: Scenario<WindowSize> = {
  name: 'window',
  proves:
    'A SIGKILL anywhere between decryption, journal, receipt, callback, post and its record loses and duplicates nothing.',
  sizes: {
    short: { rounds: 1, again: 0, patienceMs: 10_000, withoutJournal: 0 },
    full: { rounds: 5, again: 0.5, patienceMs: 30_000, withoutJournal: 0 },
  },
  async run(size, dice) {
    const cases = Array.from({ length: size.rounds }, () =>
      CHATS.flatMap((chat) => pointsFor(chat, size).map((point) => ({ chat, point }))),
    ).flat();
    // The first process, which nothing kills before it is told to, is the one that is killed first.
    const environment = killPlan(planOf(cases[0]!, size));
    await using stage = await Stage.open({ accounts: 1, environment });
    const [account] = stage.accounts as [Account];
    await establishSessions(stage, account);
    const tally: Tally = { missed: [], kills: 0, again: 0, afterReceipt: 0, receipts: 0 };
    for (const [index, one] of cases.entries()) {
      if (index > 0) await stage.start(killPlan(planOf(one, size)));
      await killOnce(stage, { ...one, size, dice, tally });
    }
    await stage.start();
    await stage.settle(size.patienceMs);
    const { accepted, ledger } = stage;
    return {
      figure: figure(stage, tally),
      problems: [...stage.problems(), ...missed(tally)],
      evidence: { ledger, accepted },
    };
  },
};

/** After the journal, the encryption makes no difference, so a single round tests those points with two chats only. */
function pointsFor({ kind, isNew = false }: Chat, { rounds }: WindowSize): KillPoint[] {
  if (kind === 'msg') return TOGETHER;
  return rounds > 1 || isNew ? APART : ['before-journal'];
}

/** Exchanges messages in both directions: later messages of the friend and the neighbour need no new keys. */
async function establishSessions(stage: Stage, account: Account): Promise<void> {
  const { friend, neighbour, group, sessionId } = account;
  await stage.write(account, friend);
  await stage.write(account, neighbour, { chat: group });
  await stage.settle(10_000);
  await stage.process.post(`/sessions/${sessionId}/send-message`, { number: friend.number, message: 'hola' });
  await friend.next();
}

/** What a process is killed in, and where. */
interface Kill {
  chat: Chat;
  point: KillPoint;
}

interface Case extends Kill {
  size: WindowSize;
  dice: Dice;
  tally: Tally;
}

function planOf({ chat: { kind }, point }: Kill, { withoutJournal }: WindowSize): KillPlan {
  return { point, kind, withoutJournal: withoutJournal > 0 };
}

/** Has the process, which was started for it, killed at the point while it handles a message. */
async function killOnce(stage: Stage, { chat, point, size, dice, tally }: Case): Promise<void> {
  const [account] = stage.accounts as [Account];
  const { process } = stage;
  await stage.untilOnline();
  const { author, chat: where } = chat.open(stage, account);
  // What the first message after a start has looked up is known to the next one.
  if (point === 'before-commit') await stage.write(account, author, { chat: where });
  await stage.settle(size.patienceMs);
  process.signal('SIGUSR2');
  await process.until(ARMED);
  const id = await stage.write(account, author, { chat: where });
  for (let more = 1; more < MESSAGES_AT_ONCE; more += 1) await stage.write(account, author, { chat: where });
  await untilKilled(stage, point, size.patienceMs, () => stage.write(account, author, { chat: where }));
  if (process.isRunning) tally.missed.push(`${chat.name} did not reach the point ${point}`);
  await process.end('SIGKILL');
  tally.kills += 1;
  if (point === 'after-receipt') {
    tally.afterReceipt += 1;
    tally.receipts += (await hasReceipt(author, id)) ? 1 : 0;
  }
  if (dice.happens(size.again)) await killAgain(stage, { dice, tally, size });
}

/** Waits until the process has killed itself, but not for longer than `patienceMs`, or than more messages may take. */
async function untilKilled(
  { process }: Stage,
  point: KillPoint,
  patienceMs: number,
  write: () => Promise<string>,
): Promise<void> {
  const isDead = (): boolean => !process.isRunning;
  await waitFor(isDead, point === 'before-commit' ? AGAIN_MS : patienceMs);
  for (let more = 0; more < MORE_MESSAGES && point === 'before-commit' && !isDead(); more += 1) {
    await write();
    await waitFor(isDead, AGAIN_MS);
  }
}

/** Kills the next process while it delivers what the first one left, or afterwards if nothing is left. */
async function killAgain(stage: Stage, { dice, tally, size }: Pick<Case, 'dice' | 'tally' | 'size'>): Promise<void> {
  const point = dice.pick(AROUND_CALLBACK);
  const process = await stage.start(killPlan({ point, kind: 'any', isArmed: true }));
  await waitFor(() => !process.isRunning || stage.ledger.isFull(stage.accepted), size.patienceMs);
  await process.end('SIGKILL');
  tally.again += process.output.includes(KILLED) ? 1 : 0;
}

/** Kills that did not happen, or came too early to prove anything about the time after the receipt. */
function missed({ missed: undone, afterReceipt, receipts }: Tally): string[] {
  const early = afterReceipt - receipts;
  return early === 0
    ? undone
    : [...undone, `${early} of ${afterReceipt} kills after the receipt came before WhatsApp had it`];
}

async function hasReceipt(author: Phone, id: string): Promise<boolean> {
  const receipts = await author.untilReceipts(id, undefined, { timeoutMs: 2_000 }).catch(() => undefined);
  return receipts !== undefined;
}

function figure({ ledger, accepted, whatsapp }: Stage, { kills, again, receipts }: Tally): string {
  const { redelivered, retries } = whatsapp.stats();
  const repeated = accepted.length - new Set(accepted.map(({ headers }) => headers['webhook-id'])).size;
  return [
    `${kills} kills at chosen points and ${again} of the process after it, ${ledger.count()} messages sent`,
    `${receipts} kills when WhatsApp had the receipt already, ${repeated} repeated webhook-ids`,
    `${redelivered} stanzas delivered again, ${retries} retries`,
  ].join(', ');
}
