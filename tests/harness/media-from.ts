import type { Simulator } from '../../simulator/simulator.ts';
import { LibraryDownloads } from '../../src/whatsapp/baileys/library-downloads.ts';
import { systemClock } from '../../src/kit/clock.ts';

/** Baileys' `options` for a client that downloads from the simulator in place of WhatsApp's media servers. */
export function mediaFrom({ mediaHost }: Simulator): RequestInit {
  const dispatcher = new LibraryDownloads(systemClock, ({ url }) => {
    const { pathname, search } = new URL(url);
    return new URL(`http://${mediaHost}${pathname}${search}`);
  });
  return { dispatcher } as unknown as RequestInit;
}
