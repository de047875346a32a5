import { existingPhone, phoneOf } from './phone-of.ts';
import { optionalString, optionalStrings, requiredString } from './request-body.ts';
import type { Route } from './route.ts';

/** The routes for what people show of themselves. */
export const profileRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/statuses',
    handle: async (call) => {
      const to = optionalStrings(call.body, 'to').map((number) => existingPhone(call.simulator, number));
      return { id: await phoneOf(call).profile.postStatus(requiredString(call.body, 'text'), to) };
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/about',
    handle(call) {
      phoneOf(call).profile.setAbout(requiredString(call.body, 'text'));
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/picture',
    handle(call) {
      const url = optionalString(call.body, 'url');
      phoneOf(call).profile.setPicture(url === undefined ? undefined : { url, shownTo: 'everybody' });
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/name',
    async handle(call) {
      const { business } = call.body;
      await phoneOf(call).profile.rename(requiredString(call.body, 'name'), { business: business === true });
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/number',
    async handle(call) {
      await phoneOf(call).profile.changeNumber(requiredString(call.body, 'number'));
      return {};
    },
  },
];
