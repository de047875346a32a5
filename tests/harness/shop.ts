import { type Phone } from '../../simulator/phones/phone.ts';
import { type Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from './baileys-client.ts';

/** The number of {@link Shop.ana}. */
export const ANA = '5491122334455';
/** The number of the shop. */
export const SHOP = '5491166778899';

/** A WhatsApp with a shop, whose device is a stock client, and a customer. */
export interface Shop {
  whatsapp: Simulator;
  client: BaileysClient;
  ana: Phone;
}

/** The same shop for all tests of a file: after each of them it has no faults any more, and its device is logged in. */
export function shopForAllTests(): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    shop.whatsapp = await startSimulator();
    shop.ana = shop.whatsapp.phone(ANA);
    shop.client = new BaileysClient(shop.whatsapp);
    await shop.client.pairWith(shop.whatsapp.phone(SHOP));
  });
  afterEach(async () => {
    shop.whatsapp.clearFaults();
    if (!shop.client.isThere) await shop.client.logIn();
  });
  afterAll(async () => {
    await shop.client[Symbol.asyncDispose]();
    await shop.whatsapp[Symbol.asyncDispose]();
  });
  return shop;
}
