import { plural } from './plural.js';

/** The texts about the list of accounts in English. */
export const ACCOUNTS_ENGLISH = {
  allAccounts: 'All accounts',
  summary: (connected, all) =>
    all === connected
      ? plural(all, '1 account, connected', '# accounts, all connected')
      : `${connected} of ${all} connected`,
  needAttention: (count) => plural(count, '1 needs attention', '# need attention'),
  emptyTitle: 'No accounts yet',
  emptyHint: 'Select “Connect an account” and scan the QR code with the phone that has WhatsApp.',
  loadingTitle: 'Loading accounts…',
  notSeenTitle: 'This key cannot see accounts',
  notSeenHint: 'Sign in with a key that has the sessions:read scope.',
  newAccount: 'New account',
  seen: (when) => `Last seen ${when}`,
  neverSeen: 'Never',

  status_connected: 'Connected',
  status_restricted: 'Connected, restricted',
  status_pairing: 'Waiting for the phone',
  status_reconnecting: 'Reconnecting',
  status_unlinked: 'Disconnected',
  status_stopped: 'Stopped',
  status_error: 'Needs attention',
  find: 'Search accounts',
  findKind: 'Status',
  findOrder: 'Order',
  kindAny: (count) => `All (${count})`,
  kindCount: (kind, count) => `${kind} (${count})`,
  order_urgency: 'Urgent first',
  order_name: 'Name',
  order_number: 'Number',
  order_seen: 'Last seen first',
  order_created: 'Newest first',
  found: (count, all) => `${count} of ${plural(all, '1 account', '# accounts')}`,
  foundNone: 'No account matches.',
  codes: (count) => plural(count, '1 code waits for a phone', '# codes wait for a phone'),
  accountsExport: 'Download as CSV',
};
