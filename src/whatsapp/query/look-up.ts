import type { WASocket } from '@whiskeysockets/baileys';
import type { Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Account } from '../../domain/person.ts';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';

/** What numbers are looked up with. */
export interface LookUpDeps {
  lookup: RecipientLookup;
  /** How many more unknown numbers the session may look up. */
  allowance: TokenBucket;
}

/**
 * The JID of somebody, or of a group. An unknown number is looked up, if the session may.
 * @throws AppError `number_not_on_whatsapp`, `rate_limited`, `whatsapp_timeout`
 */
export async function lookUp({ lookup, allowance }: LookUpDeps, socket: WASocket, who: Recipient): Promise<string> {
  if (who.kind === 'jid') return who.jid;
  const [account] = await lookup.accounts(socket, [who.number], () => takeFrom(allowance));
  if (!account) throw new AppError('number_not_on_whatsapp');
  await rememberLids(socket, [account]);
  return account.jid;
}

/** Stores the LIDs of accounts that another session may have looked up. */
export async function rememberLids(
  { signalRepository }: WASocket,
  accounts: readonly (Account | null)[],
): Promise<void> {
  const pairs = accounts.flatMap((account) => (account?.lid ? [{ pn: account.jid, lid: account.lid }] : []));
  if (pairs.length > 0) await signalRepository.lidMapping.storeLIDPNMappings(pairs);
}

/** Takes one number from the allowance. @throws AppError `rate_limited` */
export function takeFrom(allowance: TokenBucket): void {
  if (!allowance.take()) throw new AppError('rate_limited', { message: TOO_MANY });
}

const TOO_MANY =
  'This session looked up too many unknown numbers within a minute, which can get an account banned; try again later.';
