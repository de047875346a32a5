import { type Stanza } from '../../../simulator/kit/stanza.ts';
import { type Behaviour } from '../../../simulator/behaviours/behaviour.ts';

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

  /** The kinds, with a stanza of each, in the order in which they were sent first. */
  get kinds(): [kind: string, template: Stanza][] {
    return [...this.#templates];
  }
}

/** What makes a kind: the tag, the type, and which children there are. */
function kindOf({ tag, attrs, content }: Stanza): string {
  const type = attrs.type === undefined ? '' : ` ${attrs.type}`;
  const children = Array.isArray(content) ? [...new Set(content.map(shapeOf))].sort().join('+') : typeof content;
  return `${tag}${type} ${children === 'undefined' ? '' : children}`.trimEnd();
}

function shapeOf({ tag, attrs }: Stanza): string {
  return tag === 'enc' && attrs.type !== undefined ? `enc:${attrs.type}` : tag;
}
