import { type Simulator } from '../../simulator/simulator.ts';

/** Notes every iq of a namespace that clients send, from now on until it is disposed of. */
export function countQueries(whatsapp: Simulator, xmlns: string): Disposable & { count: number } {
  const behaviour = {
    name: `note questions of ${xmlns}`,
    onStanza({ tag, attrs }: { tag: string; attrs: Record<string, string> }) {
      if (tag === 'iq' && attrs.xmlns === xmlns) notes.count += 1;
      return false;
    },
  };
  const notes = { count: 0, [Symbol.dispose]: () => end[Symbol.dispose]() };
  const end = whatsapp.use(behaviour);
  return notes;
}
