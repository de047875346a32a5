import { bigEndian, bytesOf, childOf, childrenOf, node, numberOf, type Stanza } from '../kit/stanza.ts';

/** A one-time or signed pre-key; on the wire, its id has three bytes and its value 32. */
export interface PublicPreKey {
  readonly id: number;
  readonly value: Buffer;
}

/** A pre-key whose value, prefixed with the byte 05, is signed with the identity key. */
export interface SignedPublicPreKey extends PublicPreKey {
  readonly signature: Buffer;
}

/** The public keys that start a Signal session with a device. Keys have 32 bytes, without the type byte. */
export interface KeyBundle {
  readonly registrationId: number;
  readonly identity: Buffer;
  readonly signedPreKey: SignedPublicPreKey;
  /** Missing when the device has none left; a session can start without it. */
  readonly oneTimeKey?: PublicPreKey;
  /** What proves that a linked device is one of its account; phones need none. */
  readonly deviceIdentity?: Uint8Array;
}

const KEY_TYPE = Buffer.from([5]);

/** The children of `<user>` in the answer to a key query (section 8 of the protocol notes). */
export function bundleStanzas(bundle: KeyBundle): Stanza[] {
  return [
    node('registration', {}, bigEndian(bundle.registrationId, 4)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, bundle.identity),
    ...keyStanzas(bundle),
    ...(bundle.deviceIdentity ? [node('device-identity', {}, bundle.deviceIdentity)] : []),
  ];
}

/** The `<skey>` of a bundle, and its `<key>` if there is a one-time key. */
export function keyStanzas({ signedPreKey, oneTimeKey }: KeyBundle): Stanza[] {
  const signature = node('signature', {}, signedPreKey.signature);
  const signed = node('skey', {}, [...preKeyStanzas(signedPreKey), signature]);
  return oneTimeKey ? [node('key', {}, preKeyStanzas(oneTimeKey)), signed] : [signed];
}

/** Parses a `<key>`. */
export function readPreKey(key: Stanza): PublicPreKey {
  return { id: numberOf(childOf(key, 'id')), value: bytesOf(childOf(key, 'value')) };
}

/** Parses an `<skey>`. */
export function readSignedPreKey(skey: Stanza): SignedPublicPreKey {
  return { ...readPreKey(skey), signature: bytesOf(childOf(skey, 'signature')) };
}

/** Parses the bundle in a retry receipt: `<registration>` and, beside it, `<keys>`. Undefined without keys. */
export function readRetryBundle(receipt: Stanza): KeyBundle | undefined {
  const keys = childOf(receipt, 'keys');
  const skey = childOf(keys, 'skey');
  if (!keys || !skey) return undefined;
  const key = childrenOf(keys).find(({ tag }) => tag === 'key');
  return {
    registrationId: numberOf(childOf(receipt, 'registration')),
    identity: bytesOf(childOf(keys, 'identity')),
    signedPreKey: readSignedPreKey(skey),
    ...(key && { oneTimeKey: readPreKey(key) }),
  };
}

function preKeyStanzas({ id, value }: PublicPreKey): Stanza[] {
  return [node('id', {}, bigEndian(id, 3)), node('value', {}, value)];
}
