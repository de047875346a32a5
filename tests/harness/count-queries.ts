import type { Simulator } from '../../simulator/simulator.ts';

/** Counts the iq stanzas of a namespace that clients send, until it is disposed of. */
export function countQueries(whatsapp: Simulator, xmlns: string): Disposable & { count: number } {
  const behaviour = {
    name: `count queries of ${xmlns}`,
    onStanza({ tag, attrs }: { tag: string; attrs: Record<string, string> }) {
      if (tag === 'iq' && attrs.xmlns === xmlns) counter.count += 1;
      return false;
    },
  };
  const counter = { count: 0, [Symbol.dispose]: () => handle[Symbol.dispose]() };
  const handle = whatsapp.use(behaviour);
  return counter;
}
