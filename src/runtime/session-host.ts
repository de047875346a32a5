import { OperatorError } from '../kit/operator-error.ts';
import { type SessionHost } from '../ports/ownership.ts';

/** A cluster is set up, but this version cannot take sessions over while it runs. */
class ClusterUnavailableError extends OperatorError {
  override readonly name = 'ClusterUnavailableError';
}

/**
 * What runs the sessions that this node takes over.
 * @throws ClusterUnavailableError
 */
export function sessionHost(): SessionHost {
  throw new ClusterUnavailableError('CLUSTER_NODE_ID: this version cannot share its sessions with other nodes yet.');
}
