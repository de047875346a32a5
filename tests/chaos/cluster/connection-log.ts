import type { proto } from '@whiskeysockets/baileys';
import type { Behaviour } from '../../../simulator/behaviours/behaviour.ts';
import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Client } from '../../../simulator/transport/client.ts';

/** A connection of linked credentials, from its login to its end. Times in ms of the test's monotonic clock. */
export interface Login {
  number: string;
  /** The static key of the credentials. */
  key: string;
  beganMs: number;
  /** When it said that WhatsApp may deliver; `Infinity` until then. */
  receivesMs: number;
  /** `Infinity` while it is open. */
  endedMs: number;
  /** Whether it logged in while another one of the same credentials was open. */
  replaces: Login | undefined;
}

/** A stanza that a client sent, with the login of its connection. Time in ms of the test's monotonic clock. */
export interface SentStanza {
  atMs: number;
  login: Login;
}

/** Notes every login at the simulated WhatsApp, and its end; and each message stanza of clients. */
export class ConnectionLog implements Behaviour {
  readonly name = 'note logins';
  readonly logins: Login[] = [];
  /** The stanzas that brought each message, by its id. */
  readonly stanzas = new Map<string, SentStanza[]>();
  /** The messages that somebody could not decrypt, and asked for again. */
  readonly askedAgain = new Set<string>();
  readonly #open = new Map<Client, Login>();

  onIntroduction({ username }: proto.ClientPayload, client: Client): boolean {
    // Who wants to be linked has no number yet.
    if (username === null || username === undefined) return false;
    const key = client.noiseKey;
    const replaces = [...this.#open.values()].find((login) => login.key === key);
    const times = { beganMs: performance.now(), receivesMs: Infinity, endedMs: Infinity };
    const login = { number: username.toString(), key, ...times, replaces };
    this.logins.push(login);
    this.#open.set(client, login);
    return false;
  }

  onStanza({ tag, attrs }: { tag: string; attrs: Record<string, string> }, client: Client): boolean {
    const { id, xmlns } = attrs;
    const login = this.#open.get(client);
    if (tag === 'iq' && xmlns === 'passive' && login) login.receivesMs = Math.min(login.receivesMs, performance.now());
    if (tag === 'message' && id !== undefined && login) this.#note(id, { atMs: performance.now(), login });
    return false;
  }

  onSend(stanza: Stanza, _client: Client, send: (stanza: Stanza) => void): void {
    const { tag, attrs } = stanza;
    if (tag === 'receipt' && attrs.type === 'retry' && attrs.id !== undefined) this.askedAgain.add(attrs.id);
    send(stanza);
  }

  onClose(client: Client): void {
    const login = this.#open.get(client);
    if (login) login.endedMs = performance.now();
    this.#open.delete(client);
  }

  #note(id: string, stanza: SentStanza): void {
    const stanzas = this.stanzas.get(id);
    if (stanzas) stanzas.push(stanza);
    else this.stanzas.set(id, [stanza]);
  }

  /** The latest login of a number. */
  latest(number: string): Login | undefined {
    return this.logins.findLast((login) => login.number === number);
  }

  /** How long each number that began to receive again since then could not, in ms: since the end of its connection before. */
  gapsSince(fromMs: number): number[] {
    return [...Map.groupBy(this.logins, ({ number }) => number).values()].flatMap((logins) =>
      logins.slice(1).flatMap((login, index) => {
        const { endedMs } = logins[index]!;
        return login.receivesMs >= fromMs && login.receivesMs < Infinity
          ? [Math.max(0, login.receivesMs - endedMs)]
          : [];
      }),
    );
  }
}
