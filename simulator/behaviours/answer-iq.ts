import { childOf, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Behaviour } from './behaviour.ts';

/** Selects iq stanzas: by namespace, and by type and child where a namespace has several queries. */
export interface IqKind {
  readonly xmlns: string;
  readonly type?: 'get' | 'set';
  readonly child?: string;
}

/**
 * Creates a behaviour that answers one kind of iq with a result; `answer` returns the result's children, none by
 * default.
 */
export function answerIq(
  name: string,
  kind: IqKind,
  answer: (iq: Stanza, client: Client) => Stanza[] | undefined = () => undefined,
): Behaviour {
  return {
    name,
    onStanza(stanza, client) {
      if (!isIq(stanza, kind)) return false;
      client.send(resultOf(stanza, answer(stanza, client)));
      return true;
    },
  };
}

/** Whether `stanza` is an iq of that kind. */
export function isIq(stanza: Stanza, { xmlns, type, child }: IqKind): boolean {
  const { attrs } = stanza;
  if (stanza.tag !== 'iq' || attrs.xmlns !== xmlns) return false;
  if (type !== undefined && attrs.type !== type) return false;
  return child === undefined || childOf(stanza, child) !== undefined;
}
