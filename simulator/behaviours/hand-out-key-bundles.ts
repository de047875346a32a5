import { Curve, signedKeyPair } from '@whiskeysockets/baileys';

import { childOf, childrenOf, node } from '../kit/stanza.ts';
import type { Directory } from '../world/directory.ts';
import { bundleStanzas, type SignedPublicPreKey } from '../world/key-bundle.ts';
import { answerIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/**
 * Answers key queries with the requested JIDs. A device that does not exist is omitted, since one error in the list
 * makes the client give up the whole message (section 8 of the protocol notes).
 * The signed pre-key of an account for which `isForged` is true is somebody else's.
 */
export function handOutKeyBundles(directory: Directory, isForged: (number: string) => boolean): Behaviour {
  return answerIq('hand out key bundles', { xmlns: 'encrypt', type: 'get', child: 'key' }, (iq) => {
    const users = childrenOf(childOf(iq, 'key')).flatMap(({ attrs: { jid = '' } }) => {
      const endpoint = directory.endpoint(jid);
      if (!endpoint) return [];
      const bundle = endpoint.takeBundle();
      const given = isForged(endpoint.owner.number) ? { ...bundle, signedPreKey: foreignPreKey() } : bundle;
      return [node('user', { jid }, bundleStanzas(given))];
    });
    return [node('list', {}, users)];
  });
}

/** A signed pre-key as an identity that is nobody's signs it. */
function foreignPreKey(): SignedPublicPreKey {
  const { keyPair, keyId, signature } = signedKeyPair(Curve.generateKeyPair(), 1);
  return { id: keyId, value: Buffer.from(keyPair.public), signature: Buffer.from(signature) };
}
