import { setTimeout as pause } from 'node:timers/promises';
import { type OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { DISK_FULL, DISK_HAS_ROOM, fillable, turnDisk } from '../disk.ts';
import { messagesOf } from '../ledger.ts';
import { type Scenario, type Size } from '../scenario.ts';
import { Stage, waitFor } from '../stage.ts';
import { Traffic } from '../traffic.ts';

interface DiskSize extends Size {
  sessions: number;
  /** How often the disk becomes full. */
  times: number;
  /** How long it is full, and how long it has room. */
  phaseMs: number;
  /** People write to each session after a pause of up to this. */
  pauseMs: number;
  patienceMs: number;
}

/** See docs/chaos.md. */
export const disk: Scenario<DiskSize> = {
  name: 'disk',
  proves:
    'A disk that is full for a while loses no message and changes no order; /health says it, and it ends by itself.',
  sizes: {
    short: { sessions: 3, times: 1, phaseMs: 2_500, pauseMs: 150, patienceMs: 20_000 },
    full: { sessions: 10, times: 5, phaseMs: 8_000, pauseMs: 300, patienceMs: 60_000 },
  },
  async run(size, dice) {
    await using stage = await Stage.open({ accounts: size.sessions, environment: fillable() });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    let said = 0;
    for (let time = 0; time < size.times; time += 1) {
      await pause(dice.below(size.phaseMs));
      await turnDisk(stage.process, DISK_FULL);
      said += (await saysIt(stage.process, size.phaseMs)) ? 1 : 0;
      await turnDisk(stage.process, DISK_HAS_ROOM);
    }
    await traffic.stop();
    await stage.settle(size.patienceMs);
    const isWell = await becomesWell(stage.process, size.patienceMs);
    const { accepted, ledger, whatsapp } = stage;
    return {
      figure: [
        `the disk was full ${size.times} times for ${size.phaseMs} ms, ${ledger.count()} messages sent to ${size.sessions} sessions`,
        `${messagesOf(accepted).length} received in order, /health said it ${said} times, ${whatsapp.stats().retries} retries`,
      ].join(', '),
      problems: [
        ...(said === size.times ? [] : [`/health said it ${said} times, not ${size.times}`]),
        ...(isWell ? [] : ['/health is not well when the disk has room again']),
        ...stage.problems(),
      ],
      evidence: { ledger, accepted },
    };
  },
};

/** Whether /health tells of the storage at some time within `phaseMs`; takes all of it. */
async function saysIt(process: OrchestratorProcess, phaseMs: number): Promise<boolean> {
  const end = pause(phaseMs);
  let isSaid = false;
  await waitFor(async () => {
    const { status, body } = await process.get('/health');
    isSaid = status === 503 && JSON.stringify(body).includes('disk full');
    return isSaid;
  }, phaseMs);
  await end;
  return isSaid;
}

async function becomesWell(process: OrchestratorProcess, patienceMs: number): Promise<boolean> {
  let isWell = false;
  await waitFor(async () => {
    const { status, body } = await process.get('/health');
    isWell = status === 200 && body.sessions.disconnected === 0;
    return isWell;
  }, patienceMs);
  return isWell;
}
