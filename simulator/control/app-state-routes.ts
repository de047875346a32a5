import { phoneOf } from './phone-of.ts';
import { requiredString } from './request-body.ts';
import type { Route } from './route.ts';

/** The routes for what a phone shares with its linked devices besides messages. */
export const appStateRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/contacts',
    async handle(call) {
      const { simulator, body } = call;
      const number = requiredString(body, 'contact');
      const contact = simulator.existingPhone(number) ?? `${number}@s.whatsapp.net`;
      await phoneOf(call).appState.setContactName(contact, requiredString(body, 'name'));
      return {};
    },
  },
];
