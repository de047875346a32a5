import { isPrivacyName } from '../world/privacy-settings.ts';
import { ControlError } from './control-error.ts';
import { existingPhone, phoneOf } from './phone-of.ts';
import { requiredString } from './request-body.ts';
import type { Route, RouteCall } from './route.ts';

/** The routes for what people let others see, and for what they show. */
export const privacyRoutes: readonly Route[] = [
  { method: 'POST', path: '/phones/:number/privacy', handle: setPrivacy },
  {
    method: 'POST',
    path: '/phones/:number/block',
    handle(call) {
      const { privacy } = phoneOf(call);
      const other = existingPhone(call.simulator, requiredString(call.body, 'contact'));
      if (call.body.blocked === false) privacy.unblock(other);
      else privacy.block(other);
      return {};
    },
  },
  { method: 'POST', path: '/phones/:number/presence', handle: setPresence },
];

function setPrivacy(call: RouteCall): object {
  const name = requiredString(call.body, 'name');
  if (!isPrivacyName(name)) throw new ControlError(400, 'bad_request', `There is no privacy setting "${name}".`);
  phoneOf(call).privacy.set(name, requiredString(call.body, 'value'));
  return {};
}

function setPresence(call: RouteCall): object {
  const { presence } = phoneOf(call);
  const state = requiredString(call.body, 'state');
  if (state === 'available') presence.goOnline();
  else if (state === 'unavailable') presence.goOffline();
  else if (state === 'composing' || state === 'recording' || state === 'paused')
    presence.show(requiredString(call.body, 'to'), state);
  else throw new ControlError(400, 'bad_request', `There is no presence "${state}".`);
  return {};
}
