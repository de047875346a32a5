import { bytesOf, childOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import type { Channel } from '../world/channel.ts';
import type { Directory } from '../world/directory.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';
import { messageAck } from './relay-messages.ts';

/** Dependencies of {@link keepChannels}. */
export interface ChannelDeps {
  readonly directory: Directory;
  readonly channels: readonly Channel[];
  readonly media: Pick<MediaStore, 'named'>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** The refusal of a message to a channel in which the account may not write. */
const NOT_ALLOWED = '403';
const NOT_FOUND = '404';
const MALFORMED = '479';
/** What `edit` says of a message that is deleted. */
const DELETED = '8';
const UNKNOWN = { errors: [{ message: 'Not found', extensions: { error_code: 404 } }] };

/** What a query is about, and by whom. */
interface Asked {
  readonly channels: readonly Channel[];
  readonly channel: Channel | undefined;
  readonly account: Account;
}

/** The GraphQL queries by their ids (`Types/Mex.js` of Baileys, `newsletter.go` of whatsmeow). */
const QUERIES: Readonly<Record<string, (asked: Asked) => object>> = {
  '6388546374527196': ({ channels, account }) => {
    const own = channels.filter(({ followers, facts }) => followers.has(account) || facts.owner === account);
    return { data: { xwa2_newsletter_subscribed: own.map((each) => each.describe(account)) } };
  },
  '6563316087068696': ({ channel, account }) =>
    channel ? { data: { xwa2_newsletter: channel.describe(account) } } : UNKNOWN,
  '24404358912487870': changing('xwa2_newsletter_join_v2', ({ followers }, account) => followers.add(account)),
  '9767147403369991': changing('xwa2_newsletter_leave_v2', ({ followers }, account) => followers.delete(account)),
  '29766401636284406': changing('xwa2_newsletter_mute_v2', ({ muted }, account) => muted.add(account)),
  '9864994326891137': changing('xwa2_newsletter_unmute_v2', ({ muted }, account) => muted.delete(account)),
};

function changing(path: string, change: (channel: Channel, account: Account) => unknown) {
  return ({ channel, account }: Asked): object => {
    if (!channel) return UNKNOWN;
    change(channel, account);
    return { data: { [path]: { id: channel.jid } } };
  };
}

/** Answers queries about channels, lists their messages, and passes on what an owner writes. */
export function keepChannels(deps: ChannelDeps): Behaviour {
  return {
    name: 'keep channels',
    onStanza(stanza, client) {
      const account = deps.directory.byNumber(client.device?.owner.number ?? '');
      if (!account) return false;
      if (isIq(stanza, { xmlns: 'w:mex', child: 'query' })) return answerQuery(deps, stanza, { client, account });
      if (isIq(stanza, { xmlns: 'newsletter', child: 'messages' })) return list(deps, stanza, client);
      return stanza.tag === 'message' && write(deps, stanza, { client, account });
    },
  };
}

interface By {
  readonly client: Client;
  readonly account: Account;
}

function answerQuery({ channels }: ChannelDeps, stanza: Stanza, { client, account }: By): boolean {
  const query = childOf(stanza, 'query');
  const answer = QUERIES[query?.attrs.query_id ?? ''];
  if (!answer || !query) return false;
  const { variables } = JSON.parse(bytesOf(query).toString()) as {
    variables: { newsletter_id?: string; input?: { key?: string } };
  };
  const key = variables.newsletter_id ?? variables.input?.key;
  const channel = channels.find(({ jid, inviteCode }) => jid === key || inviteCode === key);
  const content = Buffer.from(JSON.stringify(answer({ channels, channel, account })));
  client.send(resultOf(stanza, [node('result', {}, content)]));
  return true;
}

function list({ channels }: ChannelDeps, stanza: Stanza, client: Client): boolean {
  const { jid, count, before } = childOf(stanza, 'messages')?.attrs ?? {};
  const channel = channels.find((each) => each.jid === jid);
  if (channel) {
    const page = channel.page(Number(count), before === undefined ? undefined : Number(before));
    client.send(resultOf(stanza, [node('messages', { jid: channel.jid }, page)]));
  } else {
    const { id = '', to = '' } = stanza.attrs;
    client.send(node('iq', { id, from: to, type: 'error' }, [node('error', { code: '404', text: 'item-not-found' })]));
  }
  return true;
}

/** What a client writes, deletes, or reacts with. */
function write(deps: ChannelDeps, stanza: Stanza, by: By): boolean {
  const { to = '' } = stanza.attrs;
  if (!to.endsWith('@newsletter')) return false;
  const channel = deps.channels.find(({ jid }) => jid === to);
  const more = channel ? taken(deps, channel, { stanza, by }) : { error: NOT_FOUND };
  by.client.send(messageAck(stanza, Math.floor(deps.now() / 1000), more));
  return true;
}

function taken({ media }: ChannelDeps, channel: Channel, { stanza, by }: { stanza: Stanza; by: By }) {
  const { id = '', type = 'text', edit, server_id: serverId, media_id: handle } = stanza.attrs;
  const { account, client } = by;
  const unless = (isDone: boolean): Record<string, string> => (isDone ? {} : { error: NOT_FOUND });
  if (type === 'reaction') {
    return unless(channel.react(Number(serverId), account, childOf(stanza, 'reaction')?.attrs.code));
  }
  if (channel.facts.owner !== account) return { error: NOT_ALLOWED };
  if (edit === DELETED) return unless(channel.delete(id));
  const content = childOf(stanza, 'plaintext');
  if (type === 'media' && !isKnown(media, { handle, content })) return { error: MALFORMED };
  return { server_id: String(channel.add({ id, type, plaintext: bytesOf(content) }, client.device)) };
}

/** The server cannot show a file of which it does not know which it is. */
function isKnown(media: ChannelDeps['media'], file: { handle: string | undefined; content: Stanza | undefined }) {
  return media.named(file.handle) !== undefined && file.content?.attrs.mediatype !== undefined;
}
