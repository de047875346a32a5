import { type PhoneNumber } from '../../src/domain/address.ts';
import { type RingingCall } from '../../src/domain/call.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Group, type ParticipantResult } from '../../src/domain/group.ts';
import { type ContactCheck } from '../../src/domain/person.ts';
import {
  type CallActions,
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

/** A call that rings. */
export const CALL: RingingCall = {
  callId: '0F1E2D3C4B5A69788796A5B4C3D2E1F0',
  caller: { number: CONTACT.number, lid: CONTACT.lid },
  isVideo: false,
  startedAtMs: Date.UTC(2024, 0, 15, 10, 30),
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
  /** What was asked of it, in order. */
  readonly asked: unknown[][] = [];

  readonly groups: GroupActions = {
    list: () => Promise.resolve([GROUP]),
    view: (groupId) => this.#known(groupId, GROUP),
    create: (subject, participants) => {
      this.asked.push(['create', subject, participants]);
      return Promise.resolve({ group: { ...GROUP, subject }, results: [RESULT] });
    },
    change: (groupId, action, participants) => {
      this.asked.push([action, participants]);
      return this.#known(groupId, [RESULT]);
    },
    update: (groupId, update) => {
      this.asked.push(['update', update]);
      return this.#known(groupId, GROUP);
    },
    invite: (groupId) => this.#known(groupId, 'CODE1'),
    revokeInvite: (groupId) => this.#known(groupId, 'CODE2'),
    leave: (groupId) => this.#known(groupId, undefined),
  };

  readonly contacts: ContactActions = {
    check: (number) => {
      this.asked.push(['check', number]);
      return Promise.resolve<ContactCheck>(
        number === CONTACT.number ? { exists: true, ...CONTACT } : { exists: false },
      );
    },
    picture: (of) => {
      this.asked.push(['picture', of]);
      return Promise.resolve('https://pps.whatsapp.net/picture.jpg');
    },
  };

  readonly chats: ChatActions = {
    markRead: (messageIds) => {
      this.asked.push(['markRead', messageIds]);
      return Promise.resolve({ read: [...messageIds], unknown: [] });
    },
    show: (availability) => {
      this.asked.push(['show', availability]);
      return Promise.resolve();
    },
    type: (to, state) => {
      this.asked.push(['type', to, state]);
      return Promise.resolve();
    },
    askForOlder: (chat, oldest, count) => {
      this.asked.push(['askForOlder', chat, oldest, count]);
      return Promise.resolve();
    },
  };

  readonly calls: CallActions = {
    ringing: () => [CALL],
    reject: (callId) => {
      this.asked.push(['reject', callId]);
      return callId === CALL.callId ? Promise.resolve() : Promise.reject(new AppError('call_not_found'));
    },
  };

  #known<Answer>(groupId: string, answer: Answer): Promise<Answer> {
    if (groupId !== GROUP.groupId) return Promise.reject(new AppError('group_not_found'));
    return Promise.resolve(answer);
  }
}
