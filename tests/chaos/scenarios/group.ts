import { type Companion } from '../../../simulator/phones/companion.ts';
import { type Phone } from '../../../simulator/phones/phone.ts';
import { countQueries } from '../../harness/count-queries.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface GroupSize extends Size {
  members: number;
  /** Of each member: the phone, and companions. */
  devices: number;
  patienceMs: number;
}

/** What one message to the group took, and whom it reached. */
interface Sending {
  problems: string[];
  /** Until the orchestrator answered, by its own clock: this process is busy with reading. */
  answeredMs: number;
  /** Until every device had read it. */
  readMs: number;
  questions: number;
}

const SEND = '/sessions/:sessionId/send-message';

/** See docs/chaos.md. */
export const group: Scenario<GroupSize> = {
  name: 'group',
  proves: 'A message to a big group is one question to WhatsApp at most, and reaches every device of everybody.',
  sizes: {
    short: { members: 30, devices: 3, patienceMs: 30_000 },
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
    const told = ({ answeredMs, readMs, questions }: Sending) =>
      `answered after ${answeredMs} ms, read by all after ${readMs} ms, asked for the group ${questions}×`;
    return {
      figure: [
        `${readers.length} devices of ${members} people: the first message ${told(first)}`,
        `the second ${told(second)}`,
        `one after a restart ${told(third)}`,
      ].join('; '),
      problems: [
        ...[first, second, third].flatMap(({ problems }) => problems),
        ...(second.questions === 0 ? [] : ['WhatsApp was asked for a group that is known']),
        ...(retries === 0 ? [] : [`${retries} times somebody asked to have a message encrypted anew`]),
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
): Promise<Sending> {
  using asked = countQueries(stage.whatsapp, 'w:g2');
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
    questions: asked.count,
    problems: [
      ...(body.success ? [] : [`“${message}” was answered with ${JSON.stringify(body)}`]),
      ...(missing === 0 ? [] : [`“${message}” was not read by ${missing} devices`]),
      ...(asked.count <= 1 ? [] : [`“${message}” was ${asked.count} questions for the group`]),
    ],
  };
}

function hasRead(reader: Phone | Companion, message: string): boolean {
  return reader.messages().messages.some(({ text }) => text === message);
}

/** How long each send took so far, in ms; with `LOG_LEVEL=debug` the orchestrator logs it. */
function answers({ process }: Stage): number[] {
  const lines = process.logLines().filter(({ route, ms }) => route === SEND && typeof ms === 'number');
  return lines.map(({ ms }) => Number(ms));
}
