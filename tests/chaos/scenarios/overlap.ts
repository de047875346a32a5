import { messagesOf } from '../ledger.ts';
import type { Scenario, Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface OverlapSize extends Size {
  /** In each direction. */
  messages: number;
  /** 1 runs the orchestrator within this process. */
  inside: number;
  patienceMs: number;
}

/** See docs/chaos.md. */
export const overlap: Scenario<OverlapSize> = {
  name: 'overlap',
  proves: 'Both sides can decrypt everything when they write to each other at the same time.',
  sizes: {
    short: { inside: 1, messages: 20, patienceMs: 10_000 },
    full: { inside: 0, messages: 200, patienceMs: 30_000 },
  },
  async run({ messages, inside, patienceMs }) {
    await using stage = await Stage.open({ accounts: 1, isInside: inside > 0 });
    const [account] = stage.accounts as [Account];
    const texts = Array.from({ length: messages }, (_, index) => `va ${index + 1}`);
    const [answers] = await Promise.all([sendAll(stage, account, texts), writeAll(stage, account, messages)]);
    await waitFor(() => inboxOf(account).size >= messages, patienceMs);
    await stage.settle(patienceMs);
    const { accepted, ledger, whatsapp } = stage;
    const inbox = inboxOf(account);
    const unread = messagesOf(accepted).filter(({ body }) => body.message_type === 'undecryptable').length;
    const { retries } = whatsapp.stats();
    return {
      figure: [
        `${messages} messages in each direction at once, ${inbox.size} decrypted by the phone`,
        `${messagesOf(accepted).length} received in order, ${unread} undecryptable, ${retries} retries`,
      ].join(', '),
      problems: [
        ...answers.filter((status) => status !== 'sent').map((status) => `the answer to a send was "${status}"`),
        ...texts.filter((text) => !inbox.has(text)).map((text) => `the phone did not receive or decrypt “${text}”`),
        ...(retries === 0 ? [] : [`there were ${retries} retry receipts`]),
        ...stage.problems(),
      ],
      evidence: { ledger, accepted },
    };
  },
};

/** Sends all texts at once; resolves with the status in each answer. */
async function sendAll({ server }: Stage, { sessionId, friend }: Account, texts: string[]): Promise<string[]> {
  const path = `/sessions/${sessionId}/send-message`;
  const answers = await Promise.all(texts.map((message) => server.post(path, { number: friend.number, message })));
  return answers.map(({ status, body }) => (status === 200 ? (body.status as string) : JSON.stringify(body)));
}

async function writeAll(stage: Stage, account: Account, count: number): Promise<void> {
  for (let written = 0; written < count; written += 1) await stage.write(account, account.friend);
}

function inboxOf({ friend }: Account): Set<string> {
  return new Set(friend.messages().messages.map(({ text }) => text));
}
