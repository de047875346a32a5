import type { Account } from './account.ts';
import type { Endpoint } from './endpoint.ts';
import { Group } from './group.ts';

/** Where status posts are sent to, in place of a group. */
export const STATUS_JID = 'status@broadcast';

/** All statuses, as a group whose sender keys devices keep. */
export const STATUSES = new Group({ jid: STATUS_JID, subject: 'Status', addressing: 'lid', created: 0, members: [] });

/** Those who see the status posts of one account: the linked devices of these people. Their phones do not show them here. */
export class StatusAudience extends Group {
  constructor(author: Account, people: readonly Account[], created: number) {
    super({ jid: STATUS_JID, subject: 'Status', addressing: 'lid', created, members: [author, ...people] });
  }

  override endpoints(): Endpoint[] {
    return this.members.flatMap(({ linked }) => [...linked.values()]);
  }
}
