import type { PhoneNumber, Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Account, ContactCheck } from '../../domain/person.ts';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import type { ContactActions } from '../../ports/connection-actions.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import { lookUp, takeFrom } from './look-up.ts';
import type { Queries, Refusals } from './queries.ts';

/** Dependencies of {@link BaileysContacts}. */
export interface ContactsDeps {
  queries: Queries;
  lookup: RecipientLookup;
  /** How many more unknown numbers the session may look up. */
  allowance: TokenBucket;
}

/** There is none, it is hidden from this account, or the person is unknown. */
const NO_PICTURE: Refusals = { 401: 'picture_not_found', 403: 'picture_not_found', 404: 'picture_not_found' };

/** Other people, over one connection. */
export class BaileysContacts implements ContactActions {
  readonly #queries: Queries;
  readonly #lookup: RecipientLookup;
  readonly #allowance: TokenBucket;

  constructor({ queries, lookup, allowance }: ContactsDeps) {
    this.#queries = queries;
    this.#lookup = lookup;
    this.#allowance = allowance;
  }

  async check(number: PhoneNumber): Promise<ContactCheck> {
    const account = await this.#account(number);
    return account ? { exists: true, ...account } : { exists: false };
  }

  async picture(of: Recipient): Promise<string> {
    const deps = { lookup: this.#lookup, allowance: this.#allowance };
    const jid = await this.#queries.ask((socket) => lookUp(deps, socket, of));
    const url = await this.#queries.ask((socket) => socket.profilePictureUrl(jid, 'image'), NO_PICTURE);
    if (url === undefined) throw new AppError('picture_not_found');
    return url;
  }

  async #account(number: PhoneNumber): Promise<Account | null> {
    const mayAsk = () => takeFrom(this.#allowance);
    const [account = null] = await this.#queries.ask((socket) => this.#lookup.accounts(socket, [number], mayAsk));
    return account;
  }
}
