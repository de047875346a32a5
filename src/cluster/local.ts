import { SerialQueue } from '../kit/serial-queue.ts';
import type { Cluster, Forwarder, SessionDirectory } from '../ports/cluster.ts';
import type { Placement } from '../ports/ownership.ts';

const directory: SessionDirectory = {
  ownerOf: () => Promise.resolve({ kind: 'this-node' }),
  ...{ owns: () => true, isElsewhere: () => false },
};
const forwarder: Forwarder = {
  forward: () => Promise.reject(new Error('There is no other node to forward to')),
};

/** A cluster of one node: it owns every session, so nothing is ever forwarded. */
export const singleNode: Cluster = { directory, forwarder, hopOf: () => undefined };

/** All sessions are in this process: one number after the other is announced. */
export function localPlacement(): Placement {
  const queue = new SerialQueue();
  return {
    announcing: (_, work) => queue.run(work),
    bring: () => Promise.resolve(),
    resolve: (sessionId) => Promise.resolve(sessionId),
  };
}
