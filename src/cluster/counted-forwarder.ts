import { AppError } from '../domain/errors.ts';
import type { Forwarder } from '../ports/cluster.ts';
import type { ClusterMetrics, ForwardOutcome } from '../ports/metrics.ts';

/** Counts how forwarded requests end. */
export class CountedForwarder implements Forwarder {
  readonly #forwarder: Forwarder;
  readonly #metrics: Pick<ClusterMetrics, 'forwarded'>;

  constructor(forwarder: Forwarder, metrics: Pick<ClusterMetrics, 'forwarded'>) {
    this.#forwarder = forwarder;
    this.#metrics = metrics;
  }

  async forward(...request: Parameters<Forwarder['forward']>): Promise<'answered' | 'this-node'> {
    let outcome: ForwardOutcome = 'failed';
    try {
      const end = await this.#forwarder.forward(...request);
      outcome = end === 'answered' ? 'answered' : 'here';
      return end;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      this.#metrics.forwarded(outcome);
    }
  }
}

function outcomeOf(error: unknown): ForwardOutcome {
  const code = error instanceof AppError ? error.code : undefined;
  if (code === 'session_moving') return 'moving';
  return code === 'owner_unreachable' ? 'unreachable' : 'failed';
}
