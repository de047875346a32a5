import { bytesOf, childOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Directory } from '../world/directory.ts';
import type { TrustBook } from '../world/trust-book.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link showPictures}. */
export interface PictureDeps {
  readonly directory: Directory;
  readonly trust: TrustBook;
}

/**
 * Answers with the URL of a profile picture: 404 when there is none, 401 when it is hidden, or shown only to those who
 * show a token and the client shows none (`profilePictureUrl` in `chats.js` of Baileys).
 */
export function showPictures({ directory, trust }: PictureDeps): Behaviour {
  const isTrusted = (stanza: Stanza, client: Client): boolean => {
    const viewer = directory.byNumber(client.device?.owner.number ?? '');
    const owner = directory.byJid(stanza.attrs.target);
    const token = bytesOf(childOf(childOf(stanza, 'picture'), 'tctoken'));
    return !!viewer && !!owner && trust.accepts(token, viewer, owner);
  };
  return {
    name: 'show pictures',
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'w:profile:picture', type: 'get' })) return false;
      const { target } = stanza.attrs;
      const picture = (directory.group(target) ?? directory.byJid(target))?.picture;
      const isShown = picture?.shownTo === 'everybody' || (picture?.shownTo === 'trusted' && isTrusted(stanza, client));
      if (!picture) client.send(errorOf(stanza, '404', 'item-not-found'));
      else if (!isShown) client.send(errorOf(stanza, '401', 'not-authorized'));
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
