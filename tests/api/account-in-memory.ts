import type { BusinessProfile, OwnProfile, PrivacySettings } from '../../src/domain/account.ts';
import type { PhoneNumber } from '../../src/domain/address.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { ChatStateActions, PeopleActions, ProfileActions } from '../../src/ports/account-actions.ts';

/** Somebody whom the account knows. */
const PERSON = { number: '5491122334455' as PhoneNumber, lid: '123456789012345@lid' };
const SET_AT_MS = Date.UTC(2024, 0, 15, 10, 30);

/** The account's own profile. */
const PROFILE: OwnProfile = {
  ...PERSON,
  name: 'Ventas',
  about: { text: 'Lunes a viernes', setAtMs: SET_AT_MS },
  pictureUrl: null,
};

const PRIVACY: PrivacySettings = {
  ...{ last_seen: 'all', online: 'all', profile_picture: 'all', about: 'all', read_receipts: 'all' },
  ...{ groups: 'all', calls: 'all', messages: null },
};

const BUSINESS: BusinessProfile = {
  ...{ description: 'Pan casero', category: null, address: null, email: null, timezone: null },
  websites: ['https://pan.example'],
  hours: [{ day: 'mon', mode: 'specific_hours', opensAtMinute: 480, closesAtMinute: null }],
};

/** Chats that take every change; `asked` notes it. */
export function chatStatesInMemory(asked: unknown[][]): ChatStateActions {
  const noted =
    (what: string) =>
    (...args: unknown[]): Promise<void> => {
      asked.push([what, ...args]);
      return Promise.resolve();
    };
  return {
    change: noted('change'),
    clear: noted('clear'),
    delete: noted('delete'),
    star: noted('star'),
    deleteForMe: noted('deleteForMe'),
    editLabel: noted('editLabel'),
    deleteLabel: noted('deleteLabel'),
    labelChat: async (labelId, ...args) => {
      await noted('labelChat')(labelId, ...args);
      return { labelId, chatId: `${PERSON.number}@s.whatsapp.net`, messageId: null };
    },
    labelMessage: async (labelId, messageId, isOn) => {
      await noted('labelMessage')(labelId, messageId, isOn);
      return { labelId, chatId: `${PERSON.number}@s.whatsapp.net`, messageId };
    },
  };
}

/** A WhatsApp with one person, whose numbers end in an even digit are unknown, and those in 9 are not looked up. */
export function peopleInMemory(asked: unknown[][]): PeopleActions {
  const person =
    (what: string) =>
    (...args: unknown[]) => {
      asked.push([what, ...args]);
      return Promise.resolve(PERSON);
    };
  return {
    checkAll: (numbers) => {
      asked.push(['checkAll', numbers]);
      return Promise.resolve(
        numbers.map((number) => {
          if (number.endsWith('9')) return { asked: number, isAnswered: false };
          const account = number === PERSON.number ? { ...PERSON, jid: `${number}@s.whatsapp.net` } : null;
          return { asked: number, isAnswered: true, account };
        }),
      );
    },
    resolve: (people) => Promise.resolve(people.map(() => PERSON)),
    about: () => Promise.resolve({ text: 'De viaje', setAtMs: SET_AT_MS }),
    business: (of) =>
      of.kind === 'jid' ? Promise.reject(new AppError('business_profile_not_found')) : Promise.resolve(BUSINESS),
    save: person('save'),
    remove: person('remove'),
    blocked: () => Promise.resolve([PERSON]),
    block: person('block'),
    unblock: person('unblock'),
    subscribe: (to) => {
      asked.push(['subscribe', to]);
      return Promise.resolve();
    },
  };
}

/** An account that takes every change; `asked` notes it. */
export function profileInMemory(asked: unknown[][]): ProfileActions {
  const noted = (what: string) => (given?: unknown) => {
    asked.push(given === undefined ? [what] : [what, given]);
    return Promise.resolve();
  };
  return {
    view: () => Promise.resolve(PROFILE),
    rename: noted('rename'),
    setAbout: noted('setAbout'),
    setPicture: ({ size }) => noted('setPicture')(size),
    removePicture: noted('removePicture'),
    privacy: () => Promise.resolve(PRIVACY),
    setPrivacy: (change) => {
      asked.push(['setPrivacy', change]);
      return Promise.resolve(PRIVACY);
    },
  };
}
