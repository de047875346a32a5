import { childOf, node, resultOf } from '../../simulator/kit/stanza.ts';
import type { Behaviour } from '../../simulator/behaviours/behaviour.ts';
import type { SimulatorOptions } from '../../simulator/options.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';

/** How many Baileys uploads for a new device, and for one that WhatsApp has some keys of. */
const [ALL, FEW] = [812, 5];

/**
 * WhatsApp says of a new device that it has some pre-keys of it already, so that it makes and uploads few: hundreds take longer
 * than most tests. Later it counts them as if all had been uploaded.
 */
export const fewPreKeys: Behaviour = {
  name: 'few pre-keys',
  onStanza(stanza, client) {
    const { device } = client;
    if (!device || stanza.attrs.xmlns !== 'encrypt' || !childOf(stanza, 'count')) return false;
    const { count } = device.keys;
    const value = count === 0 ? FEW : count + ALL - FEW;
    client.send(resultOf(stanza, [node('count', { value: String(value) })]));
    return true;
  },
};

/** Starts a simulator for tests of something else than pre-keys: see {@link fewPreKeys}. */
export async function startQuickSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const whatsapp = await startSimulator(options);
  whatsapp.use(fewPreKeys);
  return whatsapp;
}
