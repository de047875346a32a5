import { createHash } from 'node:crypto';

import { bigEndian, node, type Stanza } from '../kit/stanza.ts';
import { type KeyBundle, keyStanzas, type PublicPreKey } from './key-bundle.ts';

const KEY_TYPE = Buffer.from([5]);

/** The `<digest>` of a device's keys, by which a client checks that the server has the keys that it has itself. */
export function keyDigest(standing: KeyBundle, oneTime: readonly PublicPreKey[]): Stanza {
  const { identity, signedPreKey, registrationId } = standing;
  const keys = [identity, signedPreKey.value, signedPreKey.signature, ...oneTime.map(({ value }) => value)];
  const hash = createHash('sha1').update(Buffer.concat(keys)).digest();
  const ids = oneTime.map(({ id }) => node('id', {}, bigEndian(id, 3)));
  return node('digest', {}, [
    node('registration', {}, bigEndian(registrationId, 4)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, identity),
    ...keyStanzas(standing),
    node('list', {}, ids),
    node('hash', {}, hash),
  ]);
}
