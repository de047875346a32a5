import { bytesOf, childOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Directory } from '../world/directory.ts';
import { GroupError } from '../world/group-desk.ts';
import type { GroupSettingsDesk } from '../world/group-settings-desk.ts';
import type { Picture } from '../world/picture.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/** Sets and removes the pictures of groups for clients; the real server, too, takes JPEG only. */
export function changeGroupPictures({
  directory,
  settings,
}: {
  directory: Directory;
  settings: GroupSettingsDesk;
}): Behaviour {
  return {
    name: 'change group pictures',
    onStanza(iq, client) {
      if (!isIq(iq, { xmlns: 'w:profile:picture', type: 'set' })) return false;
      const [group, by] = [directory.group(iq.attrs.target), directory.byJid(client.device?.jid('pn'))];
      if (!group || !by) return false;
      try {
        const picture = pictureIn(iq, group.jid);
        settings.setPicture(group, by, picture);
        client.send(resultOf(iq, picture ? [node('picture', { id: String(iq.attrs.id) })] : []));
      } catch (error) {
        if (!(error instanceof GroupError)) throw error;
        client.send(errorOf(iq, error.code, error.message));
      }
      return true;
    },
  };
}

function pictureIn(iq: Stanza, groupId: string): Picture | undefined {
  const picture = childOf(iq, 'picture');
  if (!picture) return undefined;
  const bytes = bytesOf(picture);
  if (!bytes.subarray(0, JPEG.length).equals(JPEG)) throw new GroupError('406', 'not-acceptable');
  return { url: `https://pps.whatsapp.net/${groupId}.jpg?size=${bytes.length}`, shownTo: 'everybody' };
}
