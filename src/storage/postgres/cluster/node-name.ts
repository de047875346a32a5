import type { NodeRun } from '../../../ports/ownership.ts';

/** PostgreSQL cuts longer names. */
const MAX_NAME = 63;

/**
 * The name of all connections of one run of a node, by which others end them: `wa:<node>:<incarnation>`. A long node id is shortened;
 * the incarnation is unique by itself.
 */
export function connectionName({ nodeId, incarnation }: NodeRun): string {
  const rest = `:${incarnation}`;
  return `wa:${nodeId}`.slice(0, MAX_NAME - rest.length) + rest;
}
