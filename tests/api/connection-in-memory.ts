import { type PhoneNumber } from '../../src/domain/address.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Group, type ParticipantResult } from '../../src/domain/group.ts';
import { type ContactCheck } from '../../src/domain/person.ts';
import {
  type ChatActions,
  type ContactActions,
  type GroupActions,
  type ConnectionActions,
} from '../../src/ports/connection-actions.ts';

/** A person with an account. */
export const CONTACT = {
  number: '5491122334455' as PhoneNumber,
  jid: '5491122334455@s.whatsapp.net',
  lid: '123456789012345@lid',
};

/** A group of the account. */
export const GROUP: Group = {
  groupId: '120363012345678901@g.us',
  subject: 'Ventas',
  description: 'Todo lo que se vende',
  owner: { number: CONTACT.number, lid: CONTACT.lid },
  createdAtMs: Date.UTC(2024, 0, 15, 10, 30),
  size: 2,
  announce: false,
  participants: [
    { number: CONTACT.number, lid: CONTACT.lid, role: 'superadmin' },
    { number: null, lid: '234567890123456@lid', role: 'member' },
  ],
};

const RESULT: ParticipantResult = { number: CONTACT.number, lid: CONTACT.lid, done: true, reason: null, code: null };

/** A connection to a WhatsApp with one group and one contact. */
export class ConnectionInMemory implements ConnectionActions {
  /** The calls, in order. */
  readonly calls: unknown[][] = [];

  readonly groups: GroupActions = {
    list: () => Promise.resolve([GROUP]),
    view: (groupId) => this.#known(groupId, GROUP),
    create: (subject, participants) => {
      this.calls.push(['create', subject, participants]);
      return Promise.resolve({ group: { ...GROUP, subject }, results: [RESULT] });
    },
    change: (groupId, action, participants) => {
      this.calls.push([action, participants]);
      return this.#known(groupId, [RESULT]);
    },
    update: (groupId, update) => {
      this.calls.push(['update', update]);
      return this.#known(groupId, GROUP);
    },
    invite: (groupId) => this.#known(groupId, 'CODE1'),
    revokeInvite: (groupId) => this.#known(groupId, 'CODE2'),
    leave: (groupId) => this.#known(groupId, undefined),
  };

  readonly contacts: ContactActions = {
    check: (number) => {
      this.calls.push(['check', number]);
      return Promise.resolve<ContactCheck>(
        number === CONTACT.number ? { exists: true, ...CONTACT } : { exists: false },
      );
    },
    picture: (of) => {
      this.calls.push(['picture', of]);
      return Promise.resolve('https://pps.whatsapp.net/picture.jpg');
    },
  };

  readonly chats: ChatActions = {
    markRead: (messageIds) => {
      this.calls.push(['markRead', messageIds]);
      return Promise.resolve({ read: [...messageIds], unknown: [] });
    },
    show: (availability) => {
      this.calls.push(['show', availability]);
      return Promise.resolve();
    },
    type: (to, state) => {
      this.calls.push(['type', to, state]);
      return Promise.resolve();
    },
  };

  #known<Answer>(groupId: string, answer: Answer): Promise<Answer> {
    if (groupId !== GROUP.groupId) return Promise.reject(new AppError('group_not_found'));
    return Promise.resolve(answer);
  }
}
