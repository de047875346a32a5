import { type BinaryNode, generateMessageIDV2, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import type { Channel, ChannelMessage } from '../../domain/channel.ts';
import { AppError } from '../../domain/errors.ts';
import type { ChannelActions } from '../../ports/channel-actions.ts';
import type { Queries, Refusals } from './queries.ts';
import { readChannel, readMessages } from './read-channel.ts';

/** The query for all followed channels, which Baileys does not have (whatsmeow's `querySubscribedNewsletters`). */
const FOLLOWED = { queryId: '6388546374527196', path: 'xwa2_newsletter_subscribed' };
const MOST_CHANNELS = 1_000;
/** What the attribute `edit` of a message says. */
const TAKEN_BACK = '7';
const DELETED = '8';
const NOT_FOUND = '404';

const UNKNOWN: Refusals = { 400: 'channel_not_found', 404: 'channel_not_found', 410: 'channel_not_found' };

/** Dependencies of {@link BaileysChannels}. */
export interface ChannelsDeps {
  queries: Queries;
  /** What goes out under the id of this message from now on is no message, but a change of it. */
  changing: (messageId: string) => void;
}

/** Channels, over one connection. */
export class BaileysChannels implements ChannelActions {
  readonly #queries: Queries;
  readonly #changing: ChannelsDeps['changing'];

  constructor({ queries, changing }: ChannelsDeps) {
    this.#queries = queries;
    this.#changing = changing;
  }

  list(): Promise<Channel[]> {
    return this.#ask(async (socket) => (await followed(socket)).flatMap((each) => readChannel(each) ?? []));
  }

  view(channelId: string): Promise<Channel> {
    return this.#metadata('jid', channelId);
  }

  byInvite(code: string): Promise<Channel> {
    return this.#metadata('invite', code);
  }

  async follow(channelId: string): Promise<void> {
    await this.#ask((socket) => socket.newsletterFollow(channelId));
  }

  async unfollow(channelId: string): Promise<void> {
    await this.#ask((socket) => socket.newsletterUnfollow(channelId));
  }

  async mute(channelId: string, isMuted: boolean): Promise<void> {
    await this.#ask((socket) => (isMuted ? socket.newsletterMute(channelId) : socket.newsletterUnmute(channelId)));
  }

  /** Baileys asks only for changes of messages, not for the messages. */
  messages(
    channelId: string,
    { limit, before }: { limit: number; before: number | undefined },
  ): Promise<ChannelMessage[]> {
    const page = { count: String(limit), ...(before !== undefined && { before: String(before) }) };
    return this.#ask(async ({ query }) => {
      const answer = (await query({
        tag: 'iq',
        attrs: { type: 'get', xmlns: 'newsletter', to: 's.whatsapp.net' },
        content: [{ tag: 'messages', attrs: { type: 'jid', jid: channelId, ...page } }],
      })) as BinaryNode | undefined;
      if (!answer) throw new AppError('whatsapp_timeout');
      return readMessages(answer).slice(0, limit);
    });
  }

  /** Baileys' own method does not notice that it was refused. */
  async react(channelId: string, serverId: number, emoji: string | null): Promise<void> {
    const attrs = { to: channelId, type: 'reaction', id: generateMessageIDV2(), server_id: String(serverId) };
    if (emoji === null) await this.#send({ ...attrs, edit: TAKEN_BACK }, { tag: 'reaction', attrs: {} });
    else await this.#send(attrs, { tag: 'reaction', attrs: { code: emoji } });
  }

  /** Not in Baileys: the message is sent once more, empty (whatsmeow, `sendNewsletter`). */
  async delete(channelId: string, messageId: string): Promise<void> {
    const attrs = { to: channelId, type: 'text', id: messageId, edit: DELETED };
    this.#changing(messageId);
    await this.#send(attrs, { tag: 'plaintext', attrs: {} });
  }

  #send(attrs: BinaryNode['attrs'], content: BinaryNode): Promise<void> {
    return this.#ask(async ({ query }) => {
      const ack = (await query({ tag: 'message', attrs, content: [content] })) as BinaryNode | undefined;
      if (!ack) throw new AppError('whatsapp_timeout');
      const { error } = ack.attrs;
      if (error === undefined) return;
      if (error === NOT_FOUND) throw new AppError('message_not_found');
      throw Object.assign(new Error('WhatsApp refused it'), { data: Number(error) || NO_SENSE });
    });
  }

  #metadata(type: 'invite' | 'jid', key: string): Promise<Channel> {
    return this.#ask(async (socket) => {
      const channel = readChannel(await socket.newsletterMetadata(type, key));
      if (!channel) throw new AppError('channel_not_found');
      return channel;
    });
  }

  /** Baileys keeps the code of a refused GraphQL query deep in its error. */
  #ask<Answer>(question: (socket: WASocket) => Promise<Answer>): Promise<Answer> {
    return this.#queries.ask(async (socket) => {
      try {
        return await question(socket);
      } catch (error) {
        throw refused(error);
      }
    }, UNKNOWN);
  }
}

function refused(error: unknown): unknown {
  const { data } = (error ?? {}) as { data?: unknown };
  if (!(error instanceof Error) || error instanceof AppError || typeof data !== 'object' || data === null) return error;
  const { extensions } = data as { extensions?: { error_code?: unknown } };
  const code = Number(extensions?.error_code);
  // An answer without sense is Baileys' 400.
  return Object.assign(error, { data: Number.isInteger(code) ? code : NO_SENSE });
}

const NO_SENSE = 0;

async function followed({ query }: WASocket): Promise<unknown[]> {
  const answer = (await query({
    tag: 'iq',
    attrs: { type: 'get', xmlns: 'w:mex', to: 's.whatsapp.net' },
    content: [
      { tag: 'query', attrs: { query_id: FOLLOWED.queryId }, content: Buffer.from(JSON.stringify({ variables: {} })) },
    ],
  })) as BinaryNode | undefined;
  const content = answer && getBinaryNodeChild(answer, 'result')?.content;
  if (!(content instanceof Uint8Array)) throw new AppError('whatsapp_timeout');
  const { data } = JSON.parse(Buffer.from(content).toString()) as { data?: Record<string, unknown> };
  const channels = data?.[FOLLOWED.path];
  return Array.isArray(channels) ? (channels as unknown[]).slice(0, MOST_CHANNELS) : [];
}
