import { bytesOf, childOf, childrenOf, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import { tellCap } from '../world/standing-news.ts';
import type { TrustBook } from '../world/trust-book.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';
import { messageAck } from './relay-messages.ts';

/** Dependencies of {@link guardStrangers}. */
export interface StrangerDeps {
  readonly directory: Directory;
  readonly trust: TrustBook;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** The refusal of a message to somebody whose token the account does not show. */
const NO_TOKEN = '463';
/** What everybody may send, such as requests to the own phone. */
const PEER = 'peer';

/**
 * Protects people from strangers. A client's message that shows a token of its recipient passes. Without one it begins a new chat,
 * which an account with a timelock, or over its limit of new chats, may not do; and nothing is sent again without a token to
 * somebody who gave one (zapo#167).
 */
export function guardStrangers({ directory, trust, now }: StrangerDeps): Behaviour {
  const refuses = (stanza: Stanza, from: Account, to: Account): boolean => {
    if (trust.accepts(bytesOf(childOf(stanza, 'tctoken')), from, to)) return false;
    const isKnown = trust.hasToken(from, to);
    if (!from.standing.mayBegin(to, now()) || (isKnown && isResend(stanza))) return true;
    if (!isKnown && from.standing.begin(to)) tellCap(from, now());
    return false;
  };
  return {
    name: 'guard strangers',
    onStanza(stanza, client) {
      const { to: jid, category } = stanza.attrs;
      if (stanza.tag !== 'message' || category === PEER || directory.isMovedAway(jid)) return false;
      const from = directory.byNumber(client.device?.owner.number ?? '');
      const to = directory.byJid(jid);
      if (!from || !to || from === to || !refuses(stanza, from, to)) return false;
      client.send(messageAck(stanza, Math.floor(now() / 1000), { error: NO_TOKEN }));
      return true;
    },
  };
}

/** A first message is for all devices of the recipient, and one that is sent again for the device that asked for it. */
function isResend(stanza: Stanza): boolean {
  return childOf(stanza, 'participants') === undefined && childOf(stanza, 'enc') !== undefined;
}

/** Takes the tokens that clients issue, and passes them on (section 7.5 of the protocol notes). */
export function takeTokens({ directory, trust }: StrangerDeps): Behaviour {
  return {
    name: 'take privacy tokens',
    onStanza(stanza, client) {
      const from = directory.byNumber(client.device?.owner.number ?? '');
      if (!from || !isIq(stanza, { xmlns: 'privacy', type: 'set', child: 'tokens' })) return false;
      for (const { attrs } of childrenOf(childOf(stanza, 'tokens'))) {
        const to = directory.byJid(attrs.jid);
        if (to && attrs.type === 'trusted_contact') trust.issue(from, to, { t: Number(attrs.t) });
      }
      client.send(resultOf(stanza));
      return true;
    },
  };
}
