import type { Bubble, Chat } from './chat.ts';
import type { Nodes } from './nodes.ts';
import { CUSTOMER, type Person, SHOP } from './people.ts';
import type { Stage } from './stage.ts';

/** The current state of the stage, as the page displays it. */
export interface Snapshot {
  readonly orchestrator: 'running' | 'starting' | 'stopped';
  /** None if the orchestrator is one process. */
  readonly nodes: Nodes['each'];
  readonly backend: 'running' | 'stopped';
  readonly shop: Person & { readonly devices: readonly { readonly online: boolean; readonly waiting: number }[] };
  readonly customer: Person;
  readonly chat: readonly Bubble[];
}

/** Captures the current state of the stage. */
export function snapshot({ simulator, orchestrator, backend }: Stage, chat: Chat): Snapshot {
  const devices = simulator.devices().map(({ online, waiting }) => ({ online, waiting }));
  return {
    orchestrator: orchestrator.state,
    nodes: orchestrator.each,
    backend: backend.isRunning ? 'running' : 'stopped',
    shop: { ...SHOP, devices },
    customer: CUSTOMER,
    chat: chat.bubbles(),
  };
}
