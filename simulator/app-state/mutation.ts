import { proto } from '@whiskeysockets/baileys';
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

import { bigEndian } from '../kit/stanza.ts';
import { macOf, mutationKeys, type SyncKey } from './sync-key.ts';

const { SyncdOperation } = proto.SyncdMutation;
const CIPHER = 'aes-256-cbc';
const IV_BYTES = 16;
/** Length of the MAC at the end of each value. */
const MAC_BYTES = 32;

/** A setting of the account: its name, such as `["mute", jid]`, and its value. */
export interface Setting {
  readonly index: readonly string[];
  readonly value: proto.ISyncActionValue;
  /** The version of this kind of setting. */
  readonly version: number;
}

/** Encrypts a setting, to be set or to be removed. */
export function sealMutation(
  { index, value, version }: Setting,
  key: SyncKey,
  operation: proto.SyncdMutation.SyncdOperation = SyncdOperation.SET,
): proto.ISyncdMutation {
  const keys = mutationKeys(key);
  const name = Buffer.from(JSON.stringify(index));
  const plain = proto.SyncActionData.encode({ index: name, value, padding: Buffer.alloc(0), version }).finish();
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keys.valueEncryption, iv);
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()]);
  const blob = Buffer.concat([sealed, contentMac({ operation, sealed, keyId: key.id, macKey: keys.valueMac })]);
  const record = { index: { blob: macOf(keys.index, name) }, value: { blob }, keyId: { id: key.id } };
  return { operation, record };
}

/** Reverses {@link sealMutation}. Throws an Error when a MAC is wrong. */
export function openRecord(record: proto.ISyncdRecord, key: SyncKey): Setting {
  const keys = mutationKeys(key);
  const sealed = Buffer.from(record.value?.blob ?? []).subarray(0, -MAC_BYTES);
  const mac = contentMac({ operation: SyncdOperation.SET, sealed, keyId: key.id, macKey: keys.valueMac });
  if (!mac.equals(valueMacOf(record))) throw new Error('The MAC of a value is wrong.');
  const cipher = createDecipheriv(CIPHER, keys.valueEncryption, sealed.subarray(0, IV_BYTES));
  const plain = Buffer.concat([cipher.update(sealed.subarray(IV_BYTES)), cipher.final()]);
  const { index, value, version } = proto.SyncActionData.decode(plain);
  const name = Buffer.from(index ?? []);
  if (!macOf(keys.index, name).equals(indexMacOf(record))) throw new Error('The MAC of an index is wrong.');
  return { index: JSON.parse(name.toString()) as string[], value: value ?? {}, version: version ?? 0 };
}

/** The MAC by which the server knows a setting without knowing its name. */
export function indexMacOf({ index }: proto.ISyncdRecord): Buffer {
  return Buffer.from(index?.blob ?? []);
}

/** The MAC of a setting's encrypted value. */
export function valueMacOf({ value }: proto.ISyncdRecord): Buffer {
  return Buffer.from(value?.blob ?? []).subarray(-MAC_BYTES);
}

function contentMac(content: {
  operation: proto.SyncdMutation.SyncdOperation;
  sealed: Buffer;
  keyId: Buffer;
  macKey: Buffer;
}): Buffer {
  const { operation, sealed, keyId, macKey } = content;
  const marked = Buffer.concat([Buffer.from([operation === SyncdOperation.SET ? 1 : 2]), keyId]);
  const length = Buffer.concat([Buffer.alloc(4), bigEndian(marked.byteLength, 4)]);
  return createHmac('sha512', macKey)
    .update(Buffer.concat([marked, sealed, length]))
    .digest()
    .subarray(0, MAC_BYTES);
}
