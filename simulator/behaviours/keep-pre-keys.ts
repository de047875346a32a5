import { bytesOf, childOf, childrenOf, node, numberOf, resultOf, type Stanza } from '../kit/stanza.ts';
import { readPreKey, readSignedPreKey } from '../world/key-bundle.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Counts and stores the pre-keys of logged-in devices (sections 7.2 and 7.4 of the protocol notes). */
export const keepPreKeys: Behaviour = {
  name: 'keep pre-keys',
  onStanza(stanza, client) {
    const { device } = client;
    if (!device || !isIq(stanza, { xmlns: 'encrypt' })) return false;
    const answer = answerTo(stanza, device);
    if (answer) client.send(resultOf(stanza, answer));
    return answer !== undefined;
  },
};

function answerTo(iq: Stanza, device: LinkedDevice): Stanza[] | undefined {
  if (childOf(iq, 'count')) return [node('count', { value: String(device.keys.count) })];
  if (childOf(iq, 'digest')) return [device.keys.digest()];
  const rotated = childOf(childOf(iq, 'rotate'), 'skey');
  if (rotated) {
    device.keys.rotate(readSignedPreKey(rotated));
    return [];
  }
  const signed = childOf(iq, 'skey');
  if (iq.attrs.type !== 'set' || !signed) return undefined;
  const standing = {
    registrationId: numberOf(childOf(iq, 'registration')),
    identity: bytesOf(childOf(iq, 'identity')),
    signedPreKey: readSignedPreKey(signed),
  };
  device.keys.stock(standing, childrenOf(childOf(iq, 'list')).map(readPreKey));
  return [];
}
