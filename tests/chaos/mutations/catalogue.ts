import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Behaviour } from '../../../simulator/behaviours/behaviour.ts';

/** The stanzas that a simulator sends, one of each kind. */
export class Catalogue {
  readonly #templates = new Map<string, Stanza>();

  /** Records what is sent, to whichever client. */
  readonly behaviour: Behaviour = {
    name: 'record every kind of stanza',
    onSend: (stanza, _, send) => {
      this.note(stanza);
      send(stanza);
    },
  };

  /** Records a stanza, unless its kind is known. */
  note(stanza: Stanza): void {
    const kind = kindOf(stanza);
    if (!this.#templates.has(kind)) this.#templates.set(kind, stanza);
  }

  /** The kinds, with a stanza of each, in an order that does not depend on who was quicker. */
  get kinds(): [kind: string, template: Stanza][] {
    return [...this.#templates].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}

/** What makes a kind: the tag, the type, the category, whether it is an error, from what it is, and which children there are. */
function kindOf({ tag, attrs, content }: Stanza): string {
  const facts = [attrs.type, attrs.category, attrs.error, tag === 'iq' ? undefined : serverOf(attrs.from)];
  const type = facts.map((fact) => (fact === undefined ? '' : ` ${fact}`)).join('');
  const children = Array.isArray(content) ? [...new Set(content.map(shapeOf))].sort().join('+') : typeof content;
  return `${tag}${type} ${children === 'undefined' ? '' : children}`.trimEnd();
}

/** The server of a JID: people are one kind, however they are addressed. */
function serverOf(jid: string | undefined): string | undefined {
  const server = jid?.split('@')[1];
  return server === 'lid' || server === 's.whatsapp.net' ? undefined : server;
}

function shapeOf({ tag, attrs }: Stanza): string {
  return tag === 'enc' && attrs.type !== undefined ? `enc:${attrs.type}` : tag;
}
