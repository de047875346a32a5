import { proto } from '@whiskeysockets/baileys';
import { randomBytes, randomInt } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { LinkedDevice } from './linked-device.ts';

const RANDOM_LIMIT = 10 ** 12;

/** A message of a channel, which the server keeps. */
export interface ChannelPost {
  readonly id: string;
  readonly serverId: number;
  /** Seconds since the Unix epoch. */
  readonly t: number;
  readonly type: string;
  readonly plaintext: Buffer;
  /** Who reacted, and with which emoji. */
  readonly reactions: Map<Account, string>;
}

/** What a channel is created with. */
export interface ChannelFacts {
  readonly name: string;
  readonly description?: string | undefined;
  readonly owner: Account;
  readonly now: () => number;
}

/** A channel: its owner writes, not encrypted, and everybody may follow it. */
export class Channel {
  readonly jid = `120363${String(randomInt(RANDOM_LIMIT)).padStart(12, '0')}@newsletter`;
  readonly inviteCode = `0029${randomBytes(9).toString('hex')}`;
  readonly facts: ChannelFacts;
  readonly followers = new Set<Account>();
  /** Those who muted it. */
  readonly muted = new Set<Account>();
  readonly posts: ChannelPost[] = [];
  #count = 0;

  constructor(facts: ChannelFacts) {
    this.facts = facts;
  }

  /** The owner writes a text; returns its number. */
  post(text: string): number {
    const plaintext = Buffer.from(proto.Message.encode({ conversation: text }).finish());
    return this.add({ id: randomBytes(16).toString('hex').toUpperCase(), type: 'text', plaintext });
  }

  /** Keeps a message and delivers it to the linked devices of the owner and all followers, except to `sender`. */
  add(written: Pick<ChannelPost, 'id' | 'type' | 'plaintext'>, sender?: LinkedDevice): number {
    this.#count += 1;
    const post = {
      ...written,
      reactions: new Map(),
      serverId: 99 + this.#count,
      t: Math.floor(this.facts.now() / 1000),
    };
    this.posts.push(post);
    for (const account of new Set([this.facts.owner, ...this.followers])) {
      for (const device of account.linked.values()) {
        if (device !== sender) device.deliver(node('message', { from: this.jid, ...attrsOf(post) }, [contentOf(post)]));
      }
    }
    return post.serverId;
  }

  /** What a client that asks for messages gets: the newest `count` before this number. */
  page(count: number, before = Infinity): Stanza[] {
    const found = this.posts.filter(({ serverId }) => serverId < before).slice(-count);
    return found.map((post) => node('message', attrsOf(post), [contentOf(post), ...reactionsTo(post)]));
  }

  /** Somebody reacts to the message with this number, or takes that back; `false` when there is none. */
  react(serverId: number, account: Account, emoji: string | undefined): boolean {
    const post = this.posts.find((each) => each.serverId === serverId);
    if (emoji === undefined) post?.reactions.delete(account);
    else post?.reactions.set(account, emoji);
    return post !== undefined;
  }

  /** Deletes a message for everybody; `false` when there is none. */
  delete(id: string): boolean {
    const at = this.posts.findIndex((post) => post.id === id);
    if (at >= 0) this.posts.splice(at, 1);
    return at >= 0;
  }

  /** How the server describes it to an account. */
  describe(viewer: Account): object {
    const { name, description = '', owner, now } = this.facts;
    const follows = this.followers.has(viewer) ? 'SUBSCRIBER' : 'GUEST';
    return {
      ...{ id: this.jid, state: { type: 'ACTIVE' } },
      thread_metadata: {
        ...{ name: { text: name }, description: { text: description }, invite: this.inviteCode },
        creation_time: String(Math.floor(now() / 1000)),
        ...{ subscribers_count: String(this.followers.size), verification: 'UNVERIFIED' },
      },
      viewer_metadata: { mute: this.muted.has(viewer) ? 'ON' : 'OFF', role: owner === viewer ? 'OWNER' : follows },
    };
  }
}

function attrsOf({ id, serverId, t, type }: ChannelPost): Record<string, string> {
  return { id, server_id: String(serverId), t: String(t), type };
}

function contentOf({ plaintext }: ChannelPost): Stanza {
  return node('plaintext', {}, plaintext);
}

function reactionsTo({ reactions }: ChannelPost): Stanza[] {
  if (reactions.size === 0) return [];
  const counts = new Map<string, number>();
  for (const emoji of reactions.values()) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  const each = [...counts].map(([code, count]) => node('reaction', { code, count: String(count) }));
  return [node('reactions', {}, each)];
}
