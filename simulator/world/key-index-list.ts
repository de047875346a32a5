import { Curve, proto } from '@whiskeysockets/baileys';

import { node, type Stanza } from '../kit/stanza.ts';
import type { KeyPair } from '../transport/server-identity.ts';
import type { Account } from './account.ts';

const PREFIX = Buffer.from([6, 2]);

/** A list as the phone signed it. */
interface SignedList {
  readonly at: number;
  readonly validIndexes: string;
  readonly by: Uint8Array;
  readonly bytes: Uint8Array;
}

const latest = new WeakMap<Account, SignedList>();

/**
 * The `<key-index-list>` of an account: which linked devices are valid, signed by its phone. None before the first one is linked. The
 * phone signs it when its devices change, so it is kept until then.
 */
export function keyIndexList(account: Account): Stanza[] {
  const { signer, devicesChangedAt: at } = account;
  if (!signer || at === undefined) return [];
  const { identity } = signer;
  const kept = latest.get(account);
  const isSame = kept?.at === at && kept.by === identity.public && kept.validIndexes === indexesOf(account).join();
  const list = isSame ? kept : sign(account, at, identity);
  latest.set(account, list);
  return [node('key-index-list', { ts: String(Math.floor(at / 1000)) }, list.bytes)];
}

function sign(account: Account, at: number, { public: by, private: key }: KeyPair): SignedList {
  const validIndexes = indexesOf(account);
  const facts = {
    rawId: account.rawId,
    timestamp: Math.floor(at / 1000),
    currentIndex: account.latestDevice,
    validIndexes,
  };
  const details = proto.ADVKeyIndexList.encode(facts).finish();
  const accountSignature = Curve.sign(key, Buffer.concat([PREFIX, details]));
  return {
    at,
    by,
    validIndexes: validIndexes.join(),
    bytes: proto.ADVSignedKeyIndexList.encode({ details, accountSignature, accountSignatureKey: by }).finish(),
  };
}

function indexesOf(account: Account): number[] {
  return account.endpoints().flatMap(({ device }) => (device === 0 ? [] : [device]));
}
