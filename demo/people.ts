/** The owner of a phone. */
export interface Person {
  /** Digits with country code. */
  readonly number: string;
  readonly name: string;
}

/** The account that is linked: a business. */
export const SHOP: Person = { number: '5491155501234', name: 'Café Sol' };

/** A customer of the business. */
export const CUSTOMER: Person = { number: '5491155509876', name: 'Ana Torres' };
