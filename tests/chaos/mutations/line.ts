import type { Behaviour } from '../../../simulator/behaviours/behaviour.ts';
import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Client } from '../../../simulator/transport/client.ts';

/** What the server keeps until it is acknowledged, if it has an id to acknowledge. */
const KEPT = new Set(['message', 'receipt', 'notification', 'call']);
/** How much of a stanza a problem shows, of each text, and how many children. */
const SHOWN = 1_500;
const SHOWN_TEXT = 80;
const SHOWN_CHILDREN = 5;

/** The account's linked device, and its connection. */
export class Line {
  /** What is being sent, for {@link endings}. */
  stage = '';
  /** When connections ended for want of an acknowledgement, how much was kept then, and what had waited for longest. */
  readonly endings: string[] = [];
  readonly #account: Phone;
  #client: Client | undefined;

  readonly behaviour: Behaviour = {
    name: 'know the connection',
    onSend: (stanza, client, send) => {
      if (client.device?.owner.number === this.#account.number) this.#client = client;
      if (isWantOfAck(stanza))
        this.endings.push(`${this.stage}, ${this.waiting} kept: ${shown(this.unanswered ?? stanza)}`);
      send(stanza);
    },
  };

  constructor(account: Phone) {
    this.#account = account;
  }

  get isOnline(): boolean {
    return this.#client?.device?.connection !== undefined;
  }

  /** The number of stanzas that would be sent again at the next login. */
  get waiting(): number {
    return this.#client?.device?.mailbox.size ?? 0;
  }

  /** The first stanzas that would be sent again. */
  get shown(): string {
    return (this.#client?.device?.mailbox.drain(0).stanzas ?? []).slice(0, 3).map(shown).join(' | ');
  }

  get unanswered(): Stanza | undefined {
    return this.#client?.device?.mailbox.unanswered?.stanza;
  }

  send(stanza: Stanza): void {
    const { device } = this.#client ?? {};
    if (!device) throw new Error('The account was never online.');
    if (KEPT.has(stanza.tag) && stanza.attrs.id) device.deliver(stanza);
    else device.connection?.send(stanza);
  }

  /** Forgets and returns what was not acknowledged, so that the next problem can be found. */
  forgetUnanswered(): Stanza[] {
    const forgotten: Stanza[] = [];
    for (let stanza = this.unanswered; stanza; stanza = this.unanswered) {
      const to = stanza.attrs.from === undefined ? {} : { to: stanza.attrs.from };
      this.#client?.device?.mailbox.acknowledge({ ...stanza.attrs, class: stanza.tag, ...to });
      forgotten.push(stanza);
      if (this.unanswered === stanza) break;
    }
    return forgotten;
  }
}

function isWantOfAck({ tag, content }: Stanza): boolean {
  return tag === 'stream:error' && Array.isArray(content) && content.some((child) => child.tag === 'ack');
}

/** A stanza for a report, shortened. */
export function shown(stanza: Stanza): string {
  return JSON.stringify(short(stanza)).slice(0, SHOWN);
}

function short({ tag, attrs, content }: Stanza): object {
  const names = Object.entries(attrs).map(([name, text]) => `${name}=${text.slice(0, SHOWN_TEXT)}`);
  if (Array.isArray(content)) return { [tag]: names, content: content.slice(0, SHOWN_CHILDREN).map(short) };
  return { [tag]: names, ...(content !== undefined && { bytes: content.length }) };
}
