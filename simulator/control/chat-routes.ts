import { phoneOf } from './phone-of.ts';
import { requiredString, wholeNumber } from './request-body.ts';
import type { Route } from './route.ts';

const MAX_SECONDS = 2 ** 32 - 1;

/** The routes for disappearing timers. */
export const chatRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/timers',
    handle: async (call) => ({
      id: await phoneOf(call).chats.setTimer(requiredString(call.body, 'to'), secondsIn(call.body)),
    }),
  },
  {
    method: 'POST',
    path: '/phones/:number/default-timer',
    handle(call) {
      phoneOf(call).chats.setDefaultTimer(secondsIn(call.body));
      return {};
    },
  },
];

function secondsIn({ seconds }: Readonly<Record<string, unknown>>): number {
  return wholeNumber(seconds, 'seconds', { otherwise: 0, max: MAX_SECONDS });
}
