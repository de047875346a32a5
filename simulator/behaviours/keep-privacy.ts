import { childOf, childrenOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { blockedBy, type PrivacyDesk } from '../world/privacy-desk.ts';
import { isPrivacyName } from '../world/privacy-settings.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** A query of a client about its own account. */
interface OwnQuery {
  readonly iq: Stanza;
  readonly account: Account;
  readonly by: LinkedDevice;
}

/** Answers and changes what an account lets others see and do, and whom it has blocked. */
export function keepPrivacy(directory: Directory, desk: PrivacyDesk): Behaviour {
  return {
    name: 'keep privacy',
    onStanza(iq, client) {
      const by = client.device;
      const account = by && directory.byNumber(by.owner.number);
      if (!account) return false;
      const query = { iq, account, by };
      const answer = privacyAnswer(desk, query) ?? blocklistAnswer(directory, desk, query);
      if (answer) client.send(answer);
      return answer !== undefined;
    },
  };
}

function privacyAnswer(desk: PrivacyDesk, { iq, account, by }: OwnQuery): Stanza | undefined {
  const asked = childOf(iq, 'privacy');
  if (!asked || !isIq(iq, { xmlns: 'privacy' })) return undefined;
  const categories = iq.attrs.type === 'set' ? childrenOf(asked) : [];
  if (categories.some(({ attrs: { name = '' } }) => !isPrivacyName(name))) return errorOf(iq, '400', 'bad-request');
  try {
    for (const { attrs } of categories) {
      const { name = '', value = '' } = attrs;
      if (isPrivacyName(name)) desk.set({ account, by }, name, value);
    }
  } catch {
    return errorOf(iq, '400', 'bad-request');
  }
  const all = account.privacy.entries().map(([name, value]) => node('category', { name, value }));
  return resultOf(iq, [node('privacy', {}, all)]);
}

function blocklistAnswer(directory: Directory, desk: PrivacyDesk, { iq, account, by }: OwnQuery): Stanza | undefined {
  if (!isIq(iq, { xmlns: 'blocklist' })) return undefined;
  const item = childOf(iq, 'item');
  if (iq.attrs.type === 'set') {
    const other = directory.byJid(item?.attrs.jid);
    if (!other || other === account) return errorOf(iq, '400', 'bad-request');
    desk.block({ account, by }, other, item?.attrs.action === 'block');
  }
  const addressing = blockedBy(account);
  const items = [...account.privacy.blocked].map((other) => node('item', { jid: other.jid(addressing) }));
  const attrs = { dhash: account.privacy.hash(addressing), addressing_mode: addressing };
  return resultOf(iq, [node('list', attrs, items)]);
}
