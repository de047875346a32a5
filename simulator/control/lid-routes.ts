import { phoneOf } from './phone-of.ts';
import type { Route } from './route.ts';

/** The routes for LIDs. */
export const lidRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/migrate',
    handle(call) {
      const phone = phoneOf(call);
      phone.isMigrated = true;
      return { lid: phone.lid };
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/forbid-lids',
    handle(call) {
      phoneOf(call).addressing.forbidLids();
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/renew-lid',
    handle(call) {
      phoneOf(call).addressing.renew();
      return { lid: phoneOf(call).lid };
    },
  },
];
