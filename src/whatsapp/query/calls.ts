import type { RingingCall } from '../../domain/call.ts';
import { AppError } from '../../domain/errors.ts';
import type { CallActions } from '../../ports/connection-actions.ts';
import type { CallChange, Calls } from '../receive/calls.ts';
import type { Queries } from './queries.ts';

/** Dependencies of {@link BaileysCalls}. */
export interface CallsDeps {
  queries: Queries;
  calls: Calls;
  /** Called with what a rejected call becomes. */
  rejected: (change: CallChange) => void;
}

/** Calls, over one connection. */
export class BaileysCalls implements CallActions {
  readonly #deps: CallsDeps;

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  ringing(): RingingCall[] {
    return this.#deps.calls.ringing();
  }

  async reject(callId: string): Promise<void> {
    const { queries, calls, rejected } = this.#deps;
    const caller = calls.callerOf(callId);
    if (caller === undefined) throw new AppError('call_not_found');
    await queries.ask((socket) => socket.rejectCall(callId, caller));
    rejected(calls.rejected(callId));
  }
}
