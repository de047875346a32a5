import { type proto } from '@whiskeysockets/baileys';

import { type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';

/** Whether a behaviour has taken care of what it was shown; with false the next one is asked. */
type Handled = boolean | Promise<boolean>;

/**
 * One way in which the server reacts. Behaviours stand in a row; what comes from a client is shown to them from the front
 * until one answers true, and what goes to a client passes through all of them. A client's stanzas wait for each other, so a behaviour must not wait for a later one.
 */
export interface Behaviour {
  /** Says in a few words what it does. */
  readonly name: string;
  /** A client has finished the handshake, and says in `payload` what it wants: to be paired, or to log in. */
  onIntroduction?(payload: proto.ClientPayload, client: Client): Handled;
  /** A client sent a stanza. */
  onStanza?(stanza: Stanza, client: Client): Handled;
  /** A stanza is on its way to a client: `send` hands it on as it is or changed, once or more, now or later, or not. */
  onSend?(stanza: Stanza, client: Client, send: (stanza: Stanza) => void): void;
  /** A connection is gone; every behaviour is told. */
  onClose?(client: Client): void;
}

/** The behaviours of one server. */
export class BehaviourStack {
  #row: readonly Behaviour[] = [];

  /** Puts `behaviour` in front of all others until what this answers is disposed of. */
  use(behaviour: Behaviour): Disposable {
    this.#row = [behaviour, ...this.#row];
    return {
      [Symbol.dispose]: () => {
        this.#row = this.#row.filter((other) => other !== behaviour);
      },
    };
  }

  /** Shows a client's introduction to the behaviours; answers whether one took care of it. */
  async introduction(payload: proto.ClientPayload, client: Client): Promise<boolean> {
    for (const behaviour of this.#row) {
      if (await behaviour.onIntroduction?.(payload, client)) return true;
    }
    return false;
  }

  /** Shows a stanza to the behaviours; answers whether one took care of it. */
  async stanza(stanza: Stanza, client: Client): Promise<boolean> {
    for (const behaviour of this.#row) {
      const handled = behaviour.onStanza?.(stanza, client);
      if (handled === true || (handled && (await handled))) return true;
    }
    return false;
  }

  /** Leads what is on its way to a client through the behaviours, the oldest last; `send` gets what comes out. */
  sending(stanza: Stanza, client: Client, send: (stanza: Stanza) => void): void {
    const row = this.#row.filter((behaviour) => 'onSend' in behaviour);
    const from = (index: number) => (each: Stanza) => {
      const behaviour = row[index];
      if (behaviour?.onSend) behaviour.onSend(each, client, from(index + 1));
      else send(each);
    };
    from(0)(stanza);
  }

  /** Tells all behaviours that a connection is gone. */
  closed(client: Client): void {
    for (const behaviour of this.#row) behaviour.onClose?.(client);
  }
}
