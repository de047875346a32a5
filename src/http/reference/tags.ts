import type { Tag } from './openapi.ts';

/** The tag of paths that match no other tag. */
const SERVER: Tag = { name: 'Server', description: 'Health, metrics, documentation and server-wide settings.' };

/** The tags of requests, with their paths. The last match wins. */
const GROUPS: readonly (Tag & { paths: RegExp })[] = [
  { name: 'Sessions', description: 'Linked WhatsApp accounts.', paths: /^\/sessions\b/ },
  {
    name: 'Pairing',
    description: 'Link a WhatsApp account to a new session.',
    paths: /\/(generate-qr|qr|pairing-code)$/,
  },
  {
    name: 'Messages',
    description: 'Send messages, mark them as read, show presence, and post statuses.',
    paths: /\/(send-message|messages|read|presence|status|drafts)\b/,
  },
  {
    name: 'History',
    description: 'Messages that sessions keep, where somebody asked for it: list, search, export and remove them.',
    paths: /\/(history|search|people\/:contactId)\b|\/chats$|\/chats\/:chatId\/messages$/,
  },
  {
    name: 'Labels',
    description: 'The labels of WhatsApp Business: make them, and put them on chats and messages.',
    paths: /\/labels\b/,
  },
  { name: 'Calls', description: 'Calls that ring, and how to reject them.', paths: /\/calls\b/ },
  { name: 'Groups', description: 'WhatsApp groups of an account.', paths: /\/(groups|group-invites)\b/ },
  {
    name: 'Channels',
    description: 'Follow channels, read them, and write in those of the account.',
    paths: /\/(channels|channel-invites)\b/,
  },
  {
    name: 'Contacts',
    description: 'Check whether numbers are on WhatsApp, and fetch profile pictures.',
    paths: /\/contacts\b/,
  },
  {
    name: 'Events',
    description: 'The deliveries to your backend: inspect them, retry them, or pull events instead.',
    paths: /^\/(callbacks|events)\b/,
  },
  {
    name: 'More webhooks',
    description: 'Receivers besides your backend, each with its own URL, events, order and retries.',
    paths: /^\/webhooks\b/,
  },
  { name: 'Keys', description: 'API keys and browser tokens, and what they may do.', paths: /^\/(keys|tokens)\b/ },
  { name: 'Audit log', description: 'Who asked for what, with which key.', paths: /^\/audit\b/ },
];

/** The tag of what the orchestrator posts to the backend. */
export const WEBHOOKS: Tag = {
  name: 'Webhooks',
  description: 'What the orchestrator posts to your backend, at `BACKEND_BASE_URL` plus the path of each webhook.',
};

/** All tags in the order of the document. */
export const TAGS: readonly Tag[] = [
  ...GROUPS.map(({ name, description }) => ({ name, description })),
  SERVER,
  WEBHOOKS,
];

/** Returns the name of the tag for a path. */
export function tagOf(path: string): string {
  return (GROUPS.findLast(({ paths }) => paths.test(path)) ?? SERVER).name;
}
