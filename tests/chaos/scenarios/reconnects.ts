import type { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { measurable, measure, type Measure } from '../measure.ts';
import { messagesOf } from '../ledger.ts';
import type { Scenario, Size } from '../scenario.ts';
import { type Account, Stage, waitFor } from '../stage.ts';

interface ReconnectsSize extends Size {
  /** Reconnects before the first measurement, until everything that is created once exists. */
  warmUp: number;
  /** All reconnects, including those of the warm-up. */
  reconnects: number;
  /** 1 also measures memory and timers, for which Baileys' timers must run out first. */
  thorough: number;
  patienceMs: number;
}

/**
 * The heap growth that a reconnect may cause. One socket of Baileys with its caches and closures has some hundred KiB:
 * if a single forgotten listener kept it alive, that would be ten times this. Less than this is noise of the heap:
 * compiled code, pools of Node.
 */
const HEAP_EACH_BYTES = 20 * 1024;
/**
 * Tolerated resources that do not grow with reconnects: keep-alive connections to the backend and of the last requests.
 */
const SPARE = 3;
/** Baileys' longest timer after a connection is 30 s (after an upload of keys), and 20 s for the connection itself. */
const TIMERS_RUN_OUT_MS = 40_000;

/** See docs/chaos.md. */
export const reconnects: Scenario<ReconnectsSize> = {
  name: 'reconnects',
  proves: 'A session that reconnects hundreds of times leaks no socket, timer or memory.',
  sizes: {
    short: { warmUp: 6, reconnects: 16, thorough: 0, patienceMs: 10_000 },
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
        `open after ${size.warmUp}: ${inWords(before)}; at the end: ${inWords(after)}`,
      ].join(', '),
      problems: [...growth(before, after, size), ...stage.problems()],
      evidence: { ledger, accepted },
    };
  },
};

/** Cuts the connection, writes a message and requests a restart, so that no back-off grows; `count` times. */
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

/** Measures the process once it has settled: when it holds no more than before, or all timers must have run out. */
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

function inWords({ heapBytes, resources }: Measure): string {
  const counts = Object.entries(resources).map(([name, count]) => `${count} ${name}`);
  return `${counts.join(' + ')}, heap ${mib(heapBytes)} MiB`;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
