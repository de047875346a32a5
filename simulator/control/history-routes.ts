import { existingPhone, phoneOf } from './phone-of.ts';
import { optionalString, optionalStrings, requiredString, wholeNumber } from './request-body.ts';
import type { Route } from './route.ts';

const MAX_PEOPLE = 100_000;
const MAX_MESSAGES = 10_000;

/** The routes for what a phone had before it links a device. */
export const historyRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/chats',
    handle(call) {
      const { history } = phoneOf(call);
      const { body, simulator } = call;
      if (body.with === undefined) {
        const people = wholeNumber(body.people, 'people', { otherwise: 1, max: MAX_PEOPLE });
        history.fill(people, wholeNumber(body.messages, 'messages', { otherwise: 1, max: MAX_MESSAGES }));
        return {};
      }
      const chat = { texts: optionalStrings(body, 'texts'), savedAs: optionalString(body, 'savedAs') };
      history.add(existingPhone(simulator, requiredString(body, 'with')), chat);
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/history',
    handle: async (call) => ({ ids: await phoneOf(call).history.sync() }),
  },
  {
    method: 'POST',
    path: '/phones/:number/lid-migration',
    handle: async (call) => ({ id: await phoneOf(call).history.migrateToLids() }),
  },
];
