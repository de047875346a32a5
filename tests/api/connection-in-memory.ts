import type { PhoneNumber } from '../../src/domain/address.ts';
import type { RingingCall } from '../../src/domain/call.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Community, Group, GroupFacts, JoinRequest, ParticipantResult } from '../../src/domain/group.ts';
import type { ContactCheck } from '../../src/domain/person.ts';
import type {
  CallActions,
  ChatActions,
  ContactActions,
  ConnectionActions,
} from '../../src/ports/connection-actions.ts';
import type { GroupActions } from '../../src/ports/group-actions.ts';
import { channelsInMemory } from './channels-in-memory.ts';
import { chatStatesInMemory, peopleInMemory, profileInMemory } from './account-in-memory.ts';

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

const FACTS: GroupFacts = {
  groupId: '120363012345678901@g.us',
  subject: 'Ventas',
  description: 'Todo lo que se vende',
  owner: { number: CONTACT.number, lid: CONTACT.lid },
  createdAtMs: Date.UTC(2024, 0, 15, 10, 30),
  size: 2,
  announce: false,
  locked: true,
  memberAdd: 'everybody',
  joinApproval: true,
  disappearingSeconds: 86_400,
  isCommunity: false,
  communityId: '120363099999999999@g.us',
};

/** A group of the account. */
export const GROUP: Group = {
  ...FACTS,
  participants: [
    { number: CONTACT.number, lid: CONTACT.lid, role: 'superadmin', username: 'ana.garcia' },
    { number: null, lid: '234567890123456@lid', role: 'member', username: null },
  ],
};

/** The invite code of {@link GROUP}. */
export const CODE = 'BYWNEUCdFPO2fQhhXlqMyB';

const REQUEST: JoinRequest = { number: CONTACT.number, lid: CONTACT.lid, method: 'other', requestedAtMs: null };
const COMMUNITY: Community = {
  communityId: GROUP.communityId,
  groups: [{ groupId: GROUP.groupId, subject: GROUP.subject, isAnnouncements: true, size: null }],
};

const RESULT: ParticipantResult = { number: CONTACT.number, lid: CONTACT.lid, done: true, reason: null, code: null };

/** A connection to a WhatsApp with one group and one contact. */
export class ConnectionInMemory implements ConnectionActions {
  /** What was asked of it, in order. */
  readonly asked: unknown[][] = [];

  readonly groups: GroupActions = {
    list: () => Promise.resolve([GROUP]),
    view: (groupId) => this.#known(groupId, GROUP),
    create: (subject, participants, ...community) => {
      this.asked.push(['create', subject, participants, ...community.filter((id) => id !== undefined)]);
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
    setPicture: (groupId, file) => this.#noted(groupId, 'setPicture', file.mimetype),
    removePicture: (groupId) => this.#noted(groupId, 'removePicture'),
    invites: {
      code: (groupId) => this.#known(groupId, 'CODE1'),
      revoke: (groupId) => this.#known(groupId, 'CODE2'),
      view: (code) => this.#invited(code, FACTS),
      join: (code) => this.#invited(code, { groupId: GROUP.groupId, joined: true }),
    },
    joinRequests: {
      list: (groupId) => this.#known(groupId, [REQUEST]),
      decide: (groupId, decision, people) => {
        this.asked.push([decision, people]);
        return this.#known(groupId, [RESULT]);
      },
    },
    communities: {
      create: (community) => {
        this.asked.push(['create community', community]);
        return Promise.resolve(GROUP);
      },
      groupsOf: (groupId) => this.#known(groupId, COMMUNITY),
      link: (communityId, groupId) => this.#noted(groupId, 'link', communityId),
      unlink: (communityId, groupId) => this.#noted(groupId, 'unlink', communityId),
    },
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

  readonly channels = channelsInMemory(this.asked);
  readonly chatStates = chatStatesInMemory(this.asked);
  readonly people = peopleInMemory(this.asked);
  readonly profile = profileInMemory(this.asked);

  #noted(groupId: string, ...asked: unknown[]): Promise<undefined> {
    this.asked.push(asked);
    return this.#known(groupId, undefined);
  }

  #invited<Answer>(code: string, answer: Answer): Promise<Answer> {
    return code === CODE ? Promise.resolve(answer) : Promise.reject(new AppError('invite_not_valid'));
  }

  #known<Answer>(groupId: string, answer: Answer): Promise<Answer> {
    if (groupId !== GROUP.groupId) return Promise.reject(new AppError('group_not_found'));
    return Promise.resolve(answer);
  }
}
