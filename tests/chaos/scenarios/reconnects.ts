import { type OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { measurable, measure, type Measure } from '../measure.ts';
import { messagesOf } from '../ledger.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface ReconnectsSize extends Size {
  /** Until everything that is made once is made. */
  warmUp: number;
  /** In all. */
  reconnects: number;
  /** 1 to measure memory and timers too, for which the timers of Baileys must run out first. */
  thorough: number;
  patienceMs: number;
}

/**
 * What a reconnect may leave behind. One socket of Baileys with its caches and closures is some hundred KiB: kept by a single
 * forgotten listener it would be ten times this. Less than this is the noise of the heap: compiled code, pools of Node.
 */
const HEAP_EACH_BYTES = 20 * 1024;
/** Beside what grows with the reconnects: connections to the backend and of the last requests that are kept open. */
const SPARE = 3;
/** Baileys' longest timer after a line is 30 s (after an upload of keys), and 20 s for the connection. */
const TIMERS_RUN_OUT_MS = 40_000;

/** See docs/chaos.md. */
export const reconnects: Scenario<ReconnectsSize> = {
  name: 'reconnects',
  proves: 'A session that is cut and opened again hundreds of times leaves no socket, timer or memory behind.',
  sizes: {
    short: { warmUp: 10, reconnects: 30, thorough: 0, patienceMs: 10_000 },
    full: { warmUp: 100, reconnects: 500, thorough: 1, patienceMs: 20_000 },
  },
  async run(size) {
    await using stage = await Stage.open({ accounts: 1, environment: measurable() });
    const [account] = stage.accounts as [Account];
    await reconnect(stage, account, size.warmUp);
    const before = await settled(stage.process, size);
    await reconnect(stage, account, size.reconnects - size.warmUp);
    const after = await settled(stage.process, size, before);
    await stage.settle(size.patienceMs);
    const { accepted, ledger } = stage;
    return {
      figure: [
        `${size.reconnects} reconnects of one session, ${messagesOf(accepted).length} messages received in order`,
        `open after ${size.warmUp}: ${told(before)}; at the end: ${told(after)}`,
      ].join(', '),
      problems: [...growth(before, after, size), ...stage.problems()],
      evidence: { ledger, accepted },
    };
  },
};

/** The line is cut, and a person asks for it at once, so that no pause grows; one message each time. */
async function reconnect(stage: Stage, account: Account, count: number): Promise<void> {
  const { whatsapp, process } = stage;
  for (let done = 0; done < count; done += 1) {
    const { logins } = whatsapp.stats();
    whatsapp.fault('cut', { number: account.phone.number });
    await stage.write(account, account.friend);
    await process.post(`/sessions/${account.sessionId}/restart`);
    await whatsapp.until((now) => now.stats().logins > logins && now.devices().every(({ online }) => online));
  }
}

/** What the process holds once it rests: as soon as it holds no more than before, or when all timers must be over. */
async function settled(process: OrchestratorProcess, size: ReconnectsSize, before?: Measure): Promise<Measure> {
  const limitMs = size.thorough > 0 ? TIMERS_RUN_OUT_MS : size.patienceMs;
  let now = await measure(process);
  await waitFor(
    async () => {
      now = await measure(process);
      return before !== undefined && growth(before, now, size).length === 0;
    },
    before === undefined && size.thorough === 0 ? 0 : limitMs,
  );
  return now;
}

function growth(before: Measure, after: Measure, { reconnects: all, warmUp, thorough }: ReconnectsSize): string[] {
  const names = Object.keys(after.resources).filter((name) => thorough > 0 || name !== 'Timeout');
  const more = names.filter((name) => (after.resources[name] ?? 0) > (before.resources[name] ?? 0) + SPARE);
  const heapBytes = after.heapBytes - before.heapBytes;
  const isFat = thorough > 0 && heapBytes > (all - warmUp) * HEAP_EACH_BYTES;
  return [
    ...more.map((name) => `${name}: ${before.resources[name] ?? 0} before, ${after.resources[name]} after`),
    ...(isFat ? [`the heap grew by ${mib(heapBytes)} MiB`] : []),
  ];
}

function told({ heapBytes, resources }: Measure): string {
  const counts = Object.entries(resources).map(([name, count]) => `${count} ${name}`);
  return `${counts.join(' + ')}, heap ${mib(heapBytes)} MiB`;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
