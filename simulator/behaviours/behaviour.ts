import type { proto } from '@whiskeysockets/baileys';

import type { Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';

/** Whether a behaviour has handled its input; if not, the next one is tried. */
type Handled = boolean | Promise<boolean>;

/**
 * One reaction of the server. Input from a client is offered to the behaviours, newest first, until one returns true;
 * output to a client passes through all of them. A client's stanzas are handled one at a time, so a behaviour must not
 * wait for a later stanza of the same client.
 */
export interface Behaviour {
  /** Describes the reaction in a few words. */
  readonly name: string;
  /** A client has finished the handshake; `payload` says whether it wants to be linked or to log in. */
  onIntroduction?(payload: proto.ClientPayload, client: Client): Handled;
  /** A client sent a stanza. */
  onStanza?(stanza: Stanza, client: Client): Handled;
  /**
   * A stanza is about to be sent: pass it to `send` unchanged or changed, once or several times, now, later or never.
   */
  onSend?(stanza: Stanza, client: Client, send: (stanza: Stanza) => void): void;
  /** A connection is closed; all behaviours are notified. */
  onClose?(client: Client): void;
}

/** The behaviours of one server. */
export class BehaviourStack {
  #newestFirst: readonly Behaviour[] = [];

  /** Adds a behaviour in front of all others. Dispose of the returned handle to remove it. */
  use(behaviour: Behaviour): Disposable {
    this.#newestFirst = [behaviour, ...this.#newestFirst];
    return {
      [Symbol.dispose]: () => {
        this.#newestFirst = this.#newestFirst.filter((other) => other !== behaviour);
      },
    };
  }

  /** Offers a client's introduction to the behaviours. Returns whether one handled it. */
  async introduction(payload: proto.ClientPayload, client: Client): Promise<boolean> {
    for (const behaviour of this.#newestFirst) {
      if (await behaviour.onIntroduction?.(payload, client)) return true;
    }
    return false;
  }

  /** Offers a stanza to the behaviours. Returns whether one handled it. */
  async stanza(stanza: Stanza, client: Client): Promise<boolean> {
    for (const behaviour of this.#newestFirst) {
      const handled = behaviour.onStanza?.(stanza, client);
      if (handled === true || (handled && (await handled))) return true;
    }
    return false;
  }

  /** Passes an outgoing stanza through the behaviours, newest first; `send` gets the result. */
  sending(stanza: Stanza, client: Client, send: (stanza: Stanza) => void): void {
    const senders = this.#newestFirst.filter((behaviour) => 'onSend' in behaviour);
    const from = (index: number) => (each: Stanza) => {
      const behaviour = senders[index];
      if (behaviour?.onSend) behaviour.onSend(each, client, from(index + 1));
      else send(each);
    };
    from(0)(stanza);
  }

  /** Notifies all behaviours of a closed connection. */
  closed(client: Client): void {
    for (const behaviour of this.#newestFirst) behaviour.onClose?.(client);
  }
}
