import { type Phone } from '../../../simulator/phones/phone.ts';
import { type Group } from '../../../simulator/world/group.ts';
import { type Dice } from '../dice.ts';
import { type Death, dying, ARMED, KILLED, type KillPoint } from '../kill-point.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface WindowSize extends Size {
  rounds: number;
  /** In so many cases the next process is killed too, on the way of what the first one left. */
  again: number;
  patienceMs: number;
  /** 1 to see what happens without a journal. */
  withoutJournal: number;
}

/** Who writes where, so that it comes encrypted so. */
interface Chat {
  name: string;
  kind: 'pkmsg' | 'msg' | 'skmsg';
  open: (stage: Stage, account: Account) => { author: Phone; chat?: Group };
}

interface Tally {
  /** Kills that did not come about. */
  missed: string[];
  kills: number;
  again: number;
  /** Kills that were to come when WhatsApp has the receipt. */
  behindReceipt: number;
  /** Kills after which WhatsApp really had the receipt. */
  receipts: number;
}

const AROUND_JOURNAL: KillPoint[] = ['before-journal', 'after-journal', 'after-receipt'];
const AROUND_CALLBACK: KillPoint[] = ['after-callback', 'after-post'];
/** The one that dies, and what comes behind it. */
const WRITTEN_AT_ONCE = 3;

const CHATS: Chat[] = [
  { name: 'a first message', kind: 'pkmsg', open: (stage) => ({ author: stage.stranger() }) },
  { name: 'a message', kind: 'msg', open: (_, { friend }) => ({ author: friend }) },
  {
    name: 'a first message to a group, of which one part is read',
    kind: 'pkmsg',
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
  proves: 'A SIGKILL between decryption and journal, receipt, callback, post or its end loses and doubles nothing.',
  sizes: {
    short: { rounds: 1, again: 0, patienceMs: 10_000, withoutJournal: 0 },
    full: { rounds: 5, again: 0.5, patienceMs: 30_000, withoutJournal: 0 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: 1 });
    const [account] = stage.accounts as [Account];
    await acquaint(stage, account);
    const tally: Tally = { missed: [], kills: 0, again: 0, behindReceipt: 0, receipts: 0 };
    for (let round = 0; round < size.rounds; round += 1) {
      for (const chat of CHATS) {
        for (const point of pointsFor(chat, size)) {
          await dieOnce(stage, { chat, point, size, dice, tally });
        }
      }
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

/** After the journal a message's encryption makes no difference, so that once round one kind of message will do. */
function pointsFor({ kind }: Chat, { rounds }: WindowSize): KillPoint[] {
  return rounds > 1 || kind === 'msg' ? [...AROUND_JOURNAL, ...AROUND_CALLBACK] : AROUND_JOURNAL;
}

/** One round of writing, in both directions: from now on the friend's messages and the neighbour's need no new keys. */
async function acquaint(stage: Stage, account: Account): Promise<void> {
  const { friend, neighbour, group, sessionId } = account;
  await stage.write(account, friend);
  await stage.write(account, neighbour, { chat: group });
  await stage.settle(10_000);
  await stage.process.post(`/sessions/${sessionId}/send-message`, { number: friend.number, message: 'hola' });
  await friend.next();
  await stage.process.end('SIGKILL');
}

interface Case {
  chat: Chat;
  point: KillPoint;
  size: WindowSize;
  dice: Dice;
  tally: Tally;
}

/** A process that has caught up gets a message, and dies of it. */
async function dieOnce(stage: Stage, { chat, point, size, dice, tally }: Case): Promise<void> {
  const [account] = stage.accounts as [Account];
  const death: Death = { point, kind: chat.kind, withoutJournal: size.withoutJournal > 0 };
  const process = await stage.start(dying(death));
  await stage.untilOnline();
  await stage.settle(size.patienceMs);
  process.signal('SIGUSR2');
  await process.until(ARMED);
  const { author, chat: where } = chat.open(stage, account);
  const id = await stage.write(account, author, { chat: where });
  for (let more = 1; more < WRITTEN_AT_ONCE; more += 1) await stage.write(account, author, { chat: where });
  await waitFor(() => !process.isRunning, size.patienceMs);
  if (process.isRunning) tally.missed.push(`${chat.name} did not come to the point ${point}`);
  await process.end('SIGKILL');
  tally.kills += 1;
  if (point === 'after-receipt') {
    tally.behindReceipt += 1;
    tally.receipts += (await hasReceipt(author, id)) ? 1 : 0;
  }
  if (dice.happens(size.again)) await dieAgain(stage, { dice, tally, size });
}

/** The next process dies while it hands over what the first one left; or, when there is nothing left, just so. */
async function dieAgain(stage: Stage, { dice, tally, size }: Pick<Case, 'dice' | 'tally' | 'size'>): Promise<void> {
  const point = dice.pick(AROUND_CALLBACK);
  const process = await stage.start(dying({ point, kind: 'any', isArmed: true }));
  await waitFor(() => !process.isRunning || stage.ledger.isFull(stage.accepted), size.patienceMs);
  await process.end('SIGKILL');
  tally.again += process.output.includes(KILLED) ? 1 : 0;
}

/** A kill that came too early proves nothing of the time after the receipt. */
function missed({ missed: undone, behindReceipt, receipts }: Tally): string[] {
  const early = behindReceipt - receipts;
  return early === 0
    ? undone
    : [...undone, `${early} of ${behindReceipt} kills behind the receipt came before WhatsApp had it`];
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
