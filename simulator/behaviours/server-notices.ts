import { randomUUID } from 'node:crypto';

import { node, SERVER } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Behaviour } from './behaviour.ts';

/** What the server says of itself: its pings, and when it stops to accept the client's version. */
export class ServerNotices {
  readonly #pings = new Map<string, boolean>();
  #expiresAtMs: number | undefined;

  /** Tells a client at its login when its version expires; notes the answers to pings. */
  readonly behaviour: Behaviour = {
    name: 'give notice',
    onSend: (stanza, client, send) => {
      send(stanza);
      if (stanza.tag === 'success') this.#tellExpiry(client);
    },
    onStanza: ({ tag, attrs }) => {
      const { id = '', type } = attrs;
      if (tag !== 'iq' || type !== 'result' || !this.#pings.has(id)) return false;
      this.#pings.set(id, true);
      return true;
    },
  };

  /** Pings a client; returns the id of the ping. */
  ping(client: Client): string {
    const id = randomUUID();
    this.#pings.set(id, false);
    client.send(node('iq', { type: 'get', id, from: SERVER, xmlns: 'urn:xmpp:ping' }));
    return id;
  }

  /** Whether the ping was answered. */
  isAnswered(id: string): boolean {
    return this.#pings.get(id) === true;
  }

  /** Tells all these clients, and whoever logs in from now on, when their version expires (Unix ms). */
  expire(clients: Iterable<Client>, atMs: number): void {
    this.#expiresAtMs = atMs;
    for (const client of clients) if (client.device) this.#tellExpiry(client);
  }

  #tellExpiry(client: Client): void {
    if (this.#expiresAtMs === undefined) return;
    const t = String(Math.floor(this.#expiresAtMs / 1000));
    client.send(node('ib', { from: SERVER }, [node('client_expiration', { t })]));
  }
}
