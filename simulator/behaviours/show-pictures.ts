import { errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import { type Directory } from '../world/directory.ts';
import { isIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/**
 * Answers with the URL of a profile picture: 404 when there is none, 401 when it is hidden (`profilePictureUrl` in
 * `chats.js` of Baileys).
 */
export function showPictures(directory: Directory): Behaviour {
  return {
    name: 'show pictures',
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'w:profile:picture', type: 'get' })) return false;
      const { target } = stanza.attrs;
      const picture = (directory.group(target) ?? directory.byJid(target))?.picture;
      if (!picture) client.send(errorOf(stanza, '404', 'item-not-found'));
      else if (picture.shownTo === 'nobody') client.send(errorOf(stanza, '401', 'not-authorized'));
      else client.send(resultOf(stanza, [pictureStanza(picture.url)]));
      return true;
    },
  };
}

/** A URL that is none has no path. */
function pictureStanza(url: string): Stanza {
  const { pathname, search } = URL.parse(url) ?? {};
  const path = pathname === undefined ? {} : { direct_path: `${pathname}${search}` };
  return node('picture', { id: '1', type: 'image', url, ...path });
}
