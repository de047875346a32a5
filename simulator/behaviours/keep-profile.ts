import { createHash } from 'node:crypto';

import { bytesOf, childOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account, BusinessProfile } from '../world/account.ts';
import { changeAbout, changePicture, type ProfileWorld } from '../world/profile-news.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** The longest text about somebody, in characters. */
const LONGEST_ABOUT = 139;
/** How every JPEG begins. */
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/** Takes the text and the picture that clients set for their own account, and shows the profiles of businesses. */
export function keepProfile(world: ProfileWorld): Behaviour {
  return {
    name: 'keep profile',
    onStanza(iq, client) {
      const account = world.directory.byNumber(client.device?.owner.number ?? '');
      if (!account) return false;
      const answer = takeAbout(world, account, iq) ?? takePicture(world, account, iq) ?? showBusiness(world, iq);
      if (answer) client.send(answer);
      return answer !== undefined;
    },
  };
}

function takeAbout(world: ProfileWorld, account: Account, iq: Stanza): Stanza | undefined {
  const status = childOf(iq, 'status');
  if (!status || !isIq(iq, { xmlns: 'status', type: 'set' })) return undefined;
  const text = Buffer.from(bytesOf(status)).toString();
  if (text.length > LONGEST_ABOUT) return errorOf(iq, '406', 'not-acceptable');
  changeAbout(world, account, text);
  return resultOf(iq);
}

/** That of a group has a target, and is somebody else's matter. */
function takePicture(world: ProfileWorld, account: Account, iq: Stanza): Stanza | undefined {
  if (!isIq(iq, { xmlns: 'w:profile:picture', type: 'set' }) || iq.attrs.target !== undefined) return undefined;
  const child = childOf(iq, 'picture');
  const image = Buffer.from(bytesOf(child));
  if (child && !image.subarray(0, JPEG.byteLength).equals(JPEG)) return errorOf(iq, '406', 'not-acceptable');
  const name = createHash('sha256').update(image).digest('hex').slice(0, 16);
  const url = `https://pps.whatsapp.net/v/${name}.jpg`;
  changePicture(world, account, child && { url, image, shownTo: 'everybody' });
  return resultOf(iq, child && [node('picture', { id: name })]);
}

function showBusiness({ directory }: ProfileWorld, iq: Stanza): Stanza | undefined {
  const asked = childOf(childOf(iq, 'business_profile'), 'profile');
  if (!asked || !isIq(iq, { xmlns: 'w:biz', type: 'get' })) return undefined;
  const { jid = '' } = asked.attrs;
  const business = directory.byJid(jid)?.business;
  return resultOf(iq, [node('business_profile', {}, business && [profileOf(jid, business)])]);
}

function profileOf(jid: string, business: BusinessProfile): Stanza {
  const { category, hours, ...texts } = business;
  const days = hours.map((day) => node('business_hours_config', { ...day }));
  return node('profile', { jid }, [
    ...Object.entries(texts).map(([name, text]) => node(name, {}, Buffer.from(text))),
    node('categories', {}, [node('category', { id: '1' }, Buffer.from(category))]),
    node('business_hours', { timezone: 'America/Argentina/Buenos_Aires' }, days),
  ]);
}
