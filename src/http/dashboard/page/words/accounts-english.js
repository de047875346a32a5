import { plural } from './plural.js';

/** The texts about finding accounts in English. */
export const ACCOUNTS_ENGLISH = {
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
