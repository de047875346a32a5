import { type Tag } from './openapi.ts';

/** What belongs to no other group. */
const SERVER: Tag = { name: 'Server', description: 'How the server is, and what holds for all of it.' };

/** The groups of requests, each with the paths that belong to it; the last that fits counts. */
const GROUPS: readonly (Tag & { paths: RegExp })[] = [
  { name: 'Sessions', description: 'The linked accounts.', paths: /^\/sessions\b/ },
  {
    name: 'Pairing',
    description: 'Linking a WhatsApp account to a new session.',
    paths: /\/(generate-qr|qr|pairing-code)$/,
  },
  {
    name: 'Messages',
    description: 'What is sent, read and typed.',
    paths: /\/(send-message|messages|read|presence)\b/,
  },
  { name: 'Groups', description: 'The groups of an account.', paths: /\/groups\b/ },
  { name: 'Contacts', description: 'Other people.', paths: /\/contacts\b/ },
  {
    name: 'Events',
    description: 'What the main backend is told, to be looked at, repeated and pulled.',
    paths: /^\/(callbacks|events)\b/,
  },
  { name: 'Keys', description: 'Who may do what.', paths: /^\/(keys|tokens)\b/ },
];

/** The group of what is posted to the main backend. */
export const CALLBACKS: Tag = {
  name: 'Callbacks',
  description: 'What is posted to the main backend, at `BACKEND_BASE_URL` and the path of each.',
};

/** All groups in their order. */
export const TAGS: readonly Tag[] = [
  ...GROUPS.map(({ name, description }) => ({ name, description })),
  SERVER,
  CALLBACKS,
];

/** The name of the group that the requests of a path belong to. */
export function tagOf(path: string): string {
  return (GROUPS.findLast(({ paths }) => paths.test(path)) ?? SERVER).name;
}
