import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from './baileys-client.ts';
import { startQuickSimulator } from './few-pre-keys.ts';

/** The number of Ana. */
export const ANA = '5491122334455';
/** The number of the shop, to whose phone the client is linked. */
export const SHOP = '5491166778899';

/** A simulator with a stock client that is linked to the shop's phone, and a customer's phone. */
export interface LinkedClient {
  whatsapp: Simulator;
  client: BaileysClient;
  ana: Phone;
}

/**
 * Shares one scene among all tests of a file. After each test, faults are cleared and the client is logged in again. With `hasAllPreKeys`,
 * the client uploads as many pre-keys as it does at WhatsApp, instead of a few.
 */
export function linkedClientForAllTests({ hasAllPreKeys = false } = {}): LinkedClient {
  const scene = {} as LinkedClient;
  beforeAll(async () => {
    scene.whatsapp = await (hasAllPreKeys ? startSimulator() : startQuickSimulator());
    scene.ana = scene.whatsapp.phone(ANA);
    scene.client = new BaileysClient(scene.whatsapp);
    await scene.client.pairWith(scene.whatsapp.phone(SHOP));
    // Ana's first message would be followed by her token; this way, a message is all that arrives.
    scene.ana.trust.giveTo(scene.whatsapp.phone(SHOP));
    await scene.whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  });
  afterEach(async () => {
    scene.whatsapp.clearFaults();
    if (!scene.client.isConnected) await scene.client.logIn();
  });
  afterAll(async () => {
    await scene.client[Symbol.asyncDispose]();
    await scene.whatsapp[Symbol.asyncDispose]();
  });
  return scene;
}
