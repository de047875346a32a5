import { bytesOf, childOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import { capData, timelockData } from '../world/standing-news.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link answerMex}. */
export interface MexDeps {
  readonly directory: Directory;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** The queries about an account's standing, by their ids (`Types/Mex.js` of Baileys). */
const TIMELOCK = '23983697327930364';
const MESSAGE_CAPPING = '24503548349331633';

/** Answers the GraphQL queries (`w:mex`) for the timelock and the limit of new chats from the state of the account. */
export function answerMex({ directory, now }: MexDeps): Behaviour {
  return {
    name: 'answer mex',
    onStanza(stanza, client) {
      const account = directory.byNumber(client.device?.owner.number ?? '');
      if (!account || !isIq(stanza, { xmlns: 'w:mex', child: 'query' })) return false;
      const data = dataFor(stanza, account.standing, now());
      if (!data) return false;
      client.send(resultOf(stanza, [node('result', {}, Buffer.from(JSON.stringify({ data })))]));
      return true;
    },
  };
}

function dataFor(iq: Stanza, standing: Account['standing'], nowMs: number): object | undefined {
  const query = childOf(iq, 'query');
  const { query_id: id } = query?.attrs ?? {};
  if (id === TIMELOCK) return { xwa2_fetch_account_reachout_timelock: timelockData(standing, nowMs) };
  const isCapping = id === MESSAGE_CAPPING && bytesOf(query).includes('INDIVIDUAL_NEW_CHAT_MSG');
  return isCapping ? { xwa2_message_capping_info: capData(standing, nowMs) } : undefined;
}
