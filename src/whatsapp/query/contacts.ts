import { type PhoneNumber, type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import { type Account, type ContactCheck } from '../../domain/person.ts';
import { type TokenBucket } from '../../kit/token-bucket.ts';
import { type ContactActions } from '../../ports/connection-actions.ts';
import { jidOfNumber } from '../addressing/jid.ts';
import { type RecipientLookup } from '../addressing/recipient-lookup.ts';
import { type Queries, type Refusals } from './queries.ts';

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
    const jid = of.kind === 'jid' ? of.jid : await this.#jid(of.number);
    const url = await this.#queries.ask((socket) => socket.profilePictureUrl(jid, 'image'), NO_PICTURE);
    if (url === undefined) throw new AppError('picture_not_found');
    return url;
  }

  async #jid(number: PhoneNumber): Promise<string> {
    const account = await this.#account(number);
    if (!account) throw new AppError('number_not_on_whatsapp');
    return jidOfNumber(account.number);
  }

  async #account(number: PhoneNumber): Promise<Account | null> {
    const mayAsk = () => {
      if (!this.#allowance.take()) throw new AppError('rate_limited', { message: TOO_MANY });
    };
    const [account = null] = await this.#queries.ask((socket) => this.#lookup.accounts(socket, [number], mayAsk));
    return account;
  }
}

const TOO_MANY =
  'This session looked up too many unknown numbers within a minute, which can get an account banned; try again later.';
