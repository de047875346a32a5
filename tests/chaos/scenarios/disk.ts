import { setTimeout as pause } from 'node:timers/promises';
import type { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { DISK_FULL, DISK_HAS_ROOM, fillableDisk, switchDisk } from '../disk.ts';
import { messagesOf } from '../ledger.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Stage, waitFor } from '../stage.ts';
import { Traffic } from '../traffic.ts';

interface DiskSize extends Size {
  sessions: number;
  /** How often the disk becomes full. */
  times: number;
  /** The duration of each phase with a full disk, and the limit of those with room. */
  phaseMs: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  patienceMs: number;
}

/** See docs/chaos.md. */
export const disk: Scenario<DiskSize> = {
  name: 'disk',
  proves: 'A disk that is full for a while loses and reorders no message; /health reports it, and recovers by itself.',
  sizes: {
    short: { sessions: 2, times: 1, phaseMs: 1_000, pauseMs: 150, patienceMs: 20_000 },
    full: { sessions: 10, times: 5, phaseMs: 8_000, pauseMs: 300, patienceMs: 60_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions, environment: fillableDisk() });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    let reported = 0;
    for (let time = 0; time < size.times; time += 1) {
      await pause(dice.below(size.phaseMs));
      await switchDisk(stage.process, DISK_FULL);
      reported += (await reportsFullDisk(stage.process, size.phaseMs)) ? 1 : 0;
      await switchDisk(stage.process, DISK_HAS_ROOM);
    }
    await traffic.stop();
    await stage.settle(size.patienceMs);
    const isHealthy = await becomesHealthy(stage.process, size.patienceMs);
    const { accepted, ledger, whatsapp } = stage;
    return {
      figure: [
        `the disk was full ${size.times} times for ${size.phaseMs} ms, ${ledger.count()} messages sent to ${size.sessions} sessions`,
        `${messagesOf(accepted).length} received in order, /health said it ${reported} times, ${whatsapp.stats().retries} retries`,
      ].join(', '),
      problems: [
        ...(reported === size.times ? [] : [`/health reported it ${reported} times, not ${size.times}`]),
        ...(isHealthy ? [] : ['/health does not recover when the disk has room again']),
        ...stage.problems(),
      ],
      evidence: { ledger, accepted },
    };
  },
};

/** Whether /health reports the full disk within `phaseMs`; always takes that long. */
async function reportsFullDisk(process: OrchestratorProcess, phaseMs: number): Promise<boolean> {
  const end = pause(phaseMs);
  let isReported = false;
  await waitFor(async () => {
    const { status, body } = await process.get('/health');
    isReported = status === 503 && JSON.stringify(body).includes('disk full');
    return isReported;
  }, phaseMs);
  await end;
  return isReported;
}

async function becomesHealthy(process: OrchestratorProcess, patienceMs: number): Promise<boolean> {
  let isHealthy = false;
  await waitFor(async () => {
    const { status, body } = await process.get('/health');
    isHealthy = status === 200 && body.sessions.disconnected === 0;
    return isHealthy;
  }, patienceMs);
  return isHealthy;
}
