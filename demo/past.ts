import type { Phone } from '../simulator/phones/phone.ts';

/** What people wrote to the shop before the orchestrator was linked. None of it may be told as new. */
export const OLD_TEXTS = ['Hola, ¿abren los lunes?', 'Gracias, voy mañana.', '¿Me guardan dos kilos?'] as const;

/** Somebody whom the shop's phone knows from before. */
export interface Acquaintance {
  readonly number: string;
  /** The name that they chose; empty for none. */
  readonly name: string;
}

/** Has written before. Only the history tells her name. */
export const REGULAR: Acquaintance = { number: '5491155504321', name: 'Luz Vega' };

/** Never chose a name, and is written to by LID only: the number is refused. */
export const SUPPLIER: Acquaintance = { number: '5491155506789', name: '' };

/** The name of the supplier in the address book of the shop's phone. */
export const SUPPLIER_SAVED_AS = 'Bruno del tostadero';

/** The phones that have a past together. */
export interface PhonesWithPast {
  readonly shop: Phone;
  readonly customer: Phone;
  readonly regular: Phone;
  readonly supplier: Phone;
}

/** Gives the shop's phone chats and an address book, as a phone has that is in use for years. */
export async function givePast({ shop, customer, regular, supplier }: PhonesWithPast): Promise<void> {
  const [first, second, third] = OLD_TEXTS;
  supplier.isMigrated = true;
  shop.history.add(customer, { texts: [first, second] });
  shop.history.add(regular, { texts: [third] });
  await shop.appState.setContactName(supplier, SUPPLIER_SAVED_AS);
}
