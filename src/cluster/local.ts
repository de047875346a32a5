import { type Cluster, type Forwarder, type SessionDirectory } from '../ports/cluster.ts';

const directory: SessionDirectory = { ownerOf: () => Promise.resolve({ kind: 'this-node' }), owns: () => true };
const forwarder: Forwarder = {
  forward: () => Promise.reject(new Error('There is no other node to forward to')),
};

/** A cluster of one node: it owns every session, so nothing is ever forwarded. */
export const singleNode: Cluster = { directory, forwarder, hopOf: () => undefined };
