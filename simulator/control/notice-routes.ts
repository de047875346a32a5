import { isNoticeName, NOTICES } from '../notices/notice-table.ts';
import { ControlError } from './control-error.ts';
import { existingPhone } from './phone-of.ts';
import { optionalString, requiredString } from './request-body.ts';
import type { Route } from './route.ts';

/** The routes for what the server sends rarely. */
export const noticeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/notices',
    handle({ simulator, body }) {
      const name = requiredString(body, 'name');
      const { number } = existingPhone(simulator, requiredString(body, 'number'));
      if (!isNoticeName(name)) throw new ControlError(400, 'unknown_notice', `There is no notice "${name}".`);
      simulator.notice(name, number, { from: optionalString(body, 'from') });
      return { name };
    },
  },
  {
    method: 'GET',
    path: '/notices',
    handle: () => Object.fromEntries(Object.entries(NOTICES).map(([name, { meaning }]) => [name, meaning])),
  },
];
