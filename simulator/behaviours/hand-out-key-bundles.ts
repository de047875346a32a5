import { childOf, childrenOf, node } from '../kit/stanza.ts';
import { type Directory } from '../world/directory.ts';
import { bundleStanzas } from '../world/key-bundle.ts';
import { answerIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/**
 * Answers key queries with the requested JIDs. A device that does not exist is omitted, since one error in the list
 * makes the client give up the whole message (section 8 of the protocol notes).
 */
export function handOutKeyBundles(directory: Directory): Behaviour {
  return answerIq('hand out key bundles', { xmlns: 'encrypt', type: 'get', child: 'key' }, (iq) => {
    const users = childrenOf(childOf(iq, 'key')).flatMap(({ attrs: { jid = '' } }) => {
      const endpoint = directory.endpoint(jid);
      return endpoint ? [node('user', { jid }, bundleStanzas(endpoint.takeBundle()))] : [];
    });
    return [node('list', {}, users)];
  });
}
