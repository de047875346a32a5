import {
  isLidUser,
  jidDecode,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys';
import { systemClock } from '../../kit/clock.ts';
import { currentConnection } from '../baileys/connection-context.ts';
import { firstHeldS, isHeld, type TokenTerms } from './token-terms.ts';

type Token = SignalDataTypeMap['tctoken'];
/** A token as Baileys gets it: with the time that it was issued at, when it gets another one. */
type ShownToken = Token & { issuedAt?: string };

/** What Baileys 7.0.0-rc14 takes for granted (`tc-token-utils.js`). */
const BAILEYS_TERMS = { periodS: 604_800, periods: 4 };
/** Under this name Baileys stores the list of all tokens. */
const INDEX = '__index';

/**
 * The key store, with privacy tokens as Baileys should see them.
 * - Baileys takes a token for expired after 4 weeks, whatever the server says, and deletes it. One that still holds is shown to it
 *   as old as it may be, and stored as it is.
 * - A token that came under a number, before the LID was known, is found under the LID, where Baileys looks for it.
 * - Baileys issues our own token with every message, since what it stores of that is lost behind its transaction. While a message is
 *   relayed it looks as if it were done; {@link OwnTokens} does it.
 */
export function tokenView(keys: SignalKeyStore, terms: () => TokenTerms): SignalKeyStore {
  return {
    ...keys,
    async get<Type extends keyof SignalDataTypeMap>(type: Type, ids: string[]) {
      if (type !== 'tctoken') return keys.get(type, ids);
      return (await shownTokens(keys, ids, terms())) as Record<string, SignalDataTypeMap[Type]>;
    },
    set: (data: SignalDataSet) => keys.set(data.tctoken ? { ...data, tctoken: storedTokens(data.tctoken) } : data),
  };
}

async function shownTokens(keys: SignalKeyStore, ids: string[], terms: TokenTerms): Promise<Record<string, Token>> {
  const nowS = systemClock.now() / 1000;
  const found = await keys.get('tctoken', ids);
  const shown: Record<string, Token> = {};
  for (const id of ids) {
    const own = found[id];
    if (id === INDEX) {
      if (own) shown[id] = own;
      continue;
    }
    const token = own?.token.length ? own : { ...own, ...(await underNumber(keys, id)) };
    const aged =
      token.token === undefined ? undefined : asBaileysWouldAge({ ...token, token: token.token }, nowS, terms);
    const issued = isRelaying() ? { senderTimestamp: Math.floor(nowS) } : {};
    if (aged ?? isRelaying()) shown[id] = { token: Buffer.alloc(0), ...aged, ...issued };
  }
  return shown;
}

/** The token of a LID that was stored under the number. */
async function underNumber(keys: SignalKeyStore, id: string): Promise<Partial<Token>> {
  if (isLidUser(id) !== true) return {};
  const name = `${jidDecode(id)?.user ?? ''}_reverse`;
  const { [name]: number } = await keys.get('lid-mapping', [name]);
  if (number === undefined) return {};
  const jid = `${number}@s.whatsapp.net`;
  const { [jid]: entry } = await keys.get('tctoken', [jid]);
  if (!entry?.token.length || entry.timestamp === undefined) return {};
  return { token: entry.token, timestamp: entry.timestamp };
}

function asBaileysWouldAge(entry: Token, nowS: number, terms: TokenTerms): ShownToken {
  const issuedS = Number(entry.timestamp);
  if (entry.token.length === 0 || entry.timestamp === undefined) return entry;
  if (!isHeld(issuedS, nowS, terms)) return { ...entry, token: Buffer.alloc(0) };
  const firstS = firstHeldS(nowS, BAILEYS_TERMS.periodS, BAILEYS_TERMS.periods);
  if (issuedS >= firstS) return entry;
  return { ...entry, timestamp: String(firstS), issuedAt: entry.timestamp };
}

/** Takes back what was only shown; a new token from outside has a time of its own. */
function storedTokens(tokens: NonNullable<SignalDataSet['tctoken']>): NonNullable<SignalDataSet['tctoken']> {
  const nowS = systemClock.now() / 1000;
  const firstS = String(firstHeldS(nowS, BAILEYS_TERMS.periodS, BAILEYS_TERMS.periods));
  const stored = Object.entries(tokens).map(([id, shown]): [string, Token | null] => {
    if (!shown) return [id, null];
    const { issuedAt, ...token } = shown as ShownToken;
    return [id, issuedAt !== undefined && token.timestamp === firstS ? { ...token, timestamp: issuedAt } : token];
  });
  return Object.fromEntries(stored);
}

/** Only a message that we send lists the devices that it is encrypted for. */
function isRelaying(): boolean {
  return currentConnection()?.encryptedFor !== undefined;
}
