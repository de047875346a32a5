import { setTimeout as pause } from 'node:timers/promises';
import { afterMessages } from '../../harness/postgres-messages.ts';
import { TcpRelay } from '../../harness/tcp-relay.ts';
import type { Dice } from '../dice.ts';
import { type ClusterStage, NODE_IDS } from './cluster-stage.ts';

/** What a fault may depend on. */
interface FaultOptions {
  leaseMs: number;
  /** Whether a standby is not waited for. */
  isAsynchronous: boolean;
}

/** Breaks something, and resolves when that is over. */
type Fault = (stage: ClusterStage, dice: Dice, options: FaultOptions) => Promise<unknown>;

/** The longest time that a process, the database or a connection stands still, in leases. */
const LONGEST_FREEZE = 2.5;
const LONGEST_STANDSTILL = 1.2;
/** How long before its primary's end a standby is cut off, at most, in leases. */
const LONGEST_HOLD = 0.5;
/** How many messages a group takes, about, and the bytes of one. */
const MESSAGES = 60;
const BYTES = 20;
/** How long a place in a group is waited for. */
const BREAKING_MS = 500;
const LONGEST_DELAY_MS = 50;

/** In the order in which the first of them happen. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  SIGTERM: (stage, dice) => stage.end(dice.pick(NODE_IDS), 'SIGTERM'),
  SIGKILL: (stage, dice) => stage.end(dice.pick(NODE_IDS), 'SIGKILL'),
  SIGSTOP: (stage, dice, { leaseMs }) => stage.freeze(dice.pick(NODE_IDS), dice.below(LONGEST_FREEZE * leaseMs)),
  'connections cut': (stage, dice) => stage.cut(dice.pick(NODE_IDS)),
  'standby promoted': promote,
  'flush broken': breakFlush,
  'node cut from PostgreSQL': ({ database }, dice, { leaseMs }) =>
    standStill(database.relayOf(dice.pick(NODE_IDS)), dice.below(LONGEST_FREEZE * leaseMs)),
  'nodes cut from each other': (stage, dice, { leaseMs }) =>
    standStill(stage.peerRelayOf(dice.pick(NODE_IDS)), dice.below(LONGEST_STANDSTILL * leaseMs)),
  'clock wrong': (stage, dice, { leaseMs }) =>
    stage.setClockWrong(dice.pick(NODE_IDS), dice.below(LONGEST_FREEZE * leaseMs)),
  'slow network': slowDown,
  'PostgreSQL killed': ({ database }) => database.primary.restart('SIGKILL'),
  'PostgreSQL restarted': ({ database }, dice) => database.primary.restart(dice.pick(['SIGINT', 'SIGQUIT'])),
  'PostgreSQL frozen': async ({ database }, dice, { leaseMs }) => {
    await database.primary.freeze();
    await pause(dice.below(LONGEST_STANDSTILL * leaseMs));
    await database.primary.thaw();
  },
};

/**
 * A standby is made and, once every commit waits for it, sometimes cut off for a while. The primary is killed; nodes reach the standby,
 * which is promoted then. Sometimes the old primary comes back, and one of the nodes reaches that for a while.
 */
async function promote({ database }: ClusterStage, dice: Dice, options: FaultOptions): Promise<void> {
  const { leaseMs, isAsynchronous } = options;
  await using replication = await TcpRelay.start(database.primary.port);
  const standby = await database.primary.standby({ isAsynchronous, through: replication.port });
  const [isHeld, comesBack] = [isAsynchronous || dice.happens(0.5), dice.happens(0.5)];
  await pause(dice.below(leaseMs));
  if (isHeld) {
    replication.stall();
    await pause(dice.below(LONGEST_HOLD * leaseMs));
  }
  await database.primary.kill();
  const old = database.replaceBy(standby);
  database.leadTo(standby);
  await standby.promote();
  if (comesBack) {
    const nodeId = dice.pick(NODE_IDS);
    await old.startAgain();
    database.leadTo(old, [nodeId]);
    await pause(dice.below(LONGEST_STANDSTILL * leaseMs));
    database.leadTo(standby, [nodeId]);
    await old.kill();
  }
  await old[Symbol.asyncDispose]();
}

/** The next group of a node, or whatever else it asks, ends in its middle, in one direction. */
async function breakFlush({ database }: ClusterStage, dice: Dice): Promise<void> {
  const relay = database.relayOf(dice.pick(NODE_IDS));
  const reached = afterMessages(Math.floor(dice.below(MESSAGES)), Math.floor(dice.below(BYTES)));
  relay.breakAt({ direction: dice.pick(['to server', 'to client']), how: dice.pick(['cut', 'stall']), reached });
  await Promise.race([relay.broken, pause(BREAKING_MS)]);
  relay.breakAt(undefined);
}

async function standStill(relay: TcpRelay, forMs: number): Promise<void> {
  relay.stall();
  await pause(forMs);
  relay.flow();
  // Some of its connections go on, the others are lost.
  relay.cut();
}

async function slowDown({ database }: ClusterStage, dice: Dice, { leaseMs }: FaultOptions): Promise<void> {
  const relay = database.relayOf(dice.pick(NODE_IDS));
  relay.delayMs = dice.below(LONGEST_DELAY_MS);
  await pause(dice.below(leaseMs));
  relay.delayMs = 0;
}
