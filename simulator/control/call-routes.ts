import { phoneOf } from './phone-of.ts';
import { requiredString } from './request-body.ts';
import type { Route } from './route.ts';

/** The routes for calls. */
export const callRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/calls',
    handle: (call) => ({
      id: phoneOf(call).calls.ring(requiredString(call.body, 'to'), { video: call.body.video === true }),
    }),
  },
  {
    method: 'POST',
    path: '/phones/:number/hang-up',
    handle(call) {
      phoneOf(call).calls.hangUp(requiredString(call.body, 'id'));
      return {};
    },
  },
];
