import type { Companion } from '../../../simulator/phones/companion.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { countQueries } from '../../harness/count-queries.ts';
import type { Scenario, Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface GroupSize extends Size {
  members: number;
  /** Devices of each member: the phone and its companions. */
  devices: number;
  patienceMs: number;
}

/** The result of one message to the group. */
interface SendResult {
  problems: string[];
  /** Time until the orchestrator answered, by its own clock: this process is busy decrypting. */
  answeredMs: number;
  /** Time until every device had decrypted it. */
  readMs: number;
  queries: number;
}

const SEND = '/sessions/:sessionId/send-message';

/** See docs/chaos.md. */
export const group: Scenario<GroupSize> = {
  name: 'group',
  proves: 'A message to a big group needs at most one query to WhatsApp, and reaches every device of every member.',
  sizes: {
    short: { members: 12, devices: 3, patienceMs: 30_000 },
    full: { members: 500, devices: 3, patienceMs: 300_000 },
  },
  async run({ members, devices, patienceMs }) {
    await using stage = await Stage.open({ accounts: 1, environment: { LOG_LEVEL: 'debug' } });
    const [account] = stage.accounts as [Account];
    const people = Array.from({ length: members }, (_, index) =>
      stage.whatsapp.phone(String(5_495_500_000_000 + index)),
    );
    const readers = people.flatMap((phone) => [phone, ...companionsOf(phone, devices - 1)]);
    const crowd = { account, readers, patienceMs, jid: '' };
    crowd.jid = stage.whatsapp.group({ subject: 'Everybody', members: [account.phone, ...people] }).jid;
    const first = await send(stage, crowd, 'first');
    const second = await send(stage, crowd, 'second');
    await stage.process.end();
    await stage.start();
    await stage.untilOnline();
    const third = await send(stage, crowd, 'after a restart');
    const { retries } = stage.whatsapp.stats();
    const timings = ({ answeredMs, readMs, queries }: SendResult) =>
      `answered after ${answeredMs} ms, read by all after ${readMs} ms, asked for the group ${queries}×`;
    return {
      figure: [
        `${readers.length} devices of ${members} people: the first message ${timings(first)}`,
        `the second ${timings(second)}`,
        `one after a restart ${timings(third)}`,
      ].join('; '),
      problems: [
        ...[first, second, third].flatMap(({ problems }) => problems),
        ...(second.queries === 0 ? [] : ['WhatsApp was queried for a known group']),
        ...(retries === 0 ? [] : [`there were ${retries} retry receipts`]),
      ],
    };
  },
};

function companionsOf(phone: Phone, count: number): Companion[] {
  return Array.from({ length: count }, () => phone.addCompanion());
}

async function send(
  stage: Stage,
  {
    account,
    readers,
    patienceMs,
    jid,
  }: { account: Account; readers: (Phone | Companion)[]; patienceMs: number; jid: string },
  message: string,
): Promise<SendResult> {
  using queries = countQueries(stage.whatsapp, 'w:g2');
  const before = answers(stage).length;
  const begin = performance.now();
  const { body } = await stage.process.post(`/sessions/${account.sessionId}/send-message`, { number: jid, message });
  const isMissing = (reader: Phone | Companion): boolean => !hasRead(reader, message);
  await waitFor(() => !readers.some(isMissing), patienceMs);
  const readMs = Math.round(performance.now() - begin);
  await waitFor(() => answers(stage).length > before, patienceMs);
  const missing = readers.filter(isMissing).length;
  return {
    answeredMs: answers(stage).at(-1) ?? NaN,
    readMs,
    queries: queries.count,
    problems: [
      ...(body.success ? [] : [`the answer to “${message}” was ${JSON.stringify(body)}`]),
      ...(missing === 0 ? [] : [`“${message}” was not read by ${missing} devices`]),
      ...(queries.count <= 1 ? [] : [`“${message}” caused ${queries.count} queries for the group`]),
    ],
  };
}

function hasRead(reader: Phone | Companion, message: string): boolean {
  return reader.messages().messages.some(({ text }) => text === message);
}

/** The duration of each send so far, in ms, which the orchestrator logs with `LOG_LEVEL=debug`. */
function answers({ process }: Stage): number[] {
  const lines = process.logLines().filter(({ route, ms }) => route === SEND && typeof ms === 'number');
  return lines.map(({ ms }) => Number(ms));
}
