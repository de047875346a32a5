import { bigEndian, bytesOf, childOf, childrenOf, node, numberOf, type Stanza } from '../kit/stanza.ts';

/** A one-time or signed pre-key as it travels: three bytes of id, 32 bytes of key. */
export interface PublicPreKey {
  readonly id: number;
  readonly value: Buffer;
}

/** A pre-key signed with the identity key over `05` and the value. */
export interface SignedPublicPreKey extends PublicPreKey {
  readonly signature: Buffer;
}

/** What somebody needs to begin a Signal session with a device. Keys are 32 bytes, without the type byte. */
export interface KeyBundle {
  readonly registrationId: number;
  readonly identity: Buffer;
  readonly signedPreKey: SignedPublicPreKey;
  /** Missing when the device has none left; a session can begin without it. */
  readonly oneTimeKey?: PublicPreKey;
}

const KEY_TYPE = Buffer.from([5]);

/** The children of `<user>` in an answered key query (section 8 of the protocol notes). */
export function bundleStanzas(bundle: KeyBundle): Stanza[] {
  return [
    node('registration', {}, bigEndian(bundle.registrationId, 4)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, bundle.identity),
    ...keyStanzas(bundle),
  ];
}

/** The `<skey>` of a bundle, and its `<key>` when it has one. */
export function keyStanzas({ signedPreKey, oneTimeKey }: KeyBundle): Stanza[] {
  const signature = node('signature', {}, signedPreKey.signature);
  const signed = node('skey', {}, [...preKeyStanzas(signedPreKey), signature]);
  return oneTimeKey ? [node('key', {}, preKeyStanzas(oneTimeKey)), signed] : [signed];
}

/** Reads a `<key>`. */
export function readPreKey(key: Stanza): PublicPreKey {
  return { id: numberOf(childOf(key, 'id')), value: bytesOf(childOf(key, 'value')) };
}

/** Reads an `<skey>`. */
export function readSignedPreKey(skey: Stanza): SignedPublicPreKey {
  return { ...readPreKey(skey), signature: bytesOf(childOf(skey, 'signature')) };
}

/** Reads the `<keys>` of a retry receipt, whose registration stands beside them; undefined without them. */
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
