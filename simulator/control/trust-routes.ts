import { existingPhone, phoneOf } from './phone-of.ts';
import { requiredString, wholeNumber } from './request-body.ts';
import type { Route, RouteCall } from './route.ts';

const LATEST = { otherwise: 0, max: Number.MAX_SAFE_INTEGER };

/** The routes for tokens, timelocks and limits of new chats. */
export const trustRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/token',
    handle(call) {
      phoneOf(call).trust.giveTo(existingPhone(call.simulator, requiredString(call.body, 'to')));
      return {};
    },
  },
  { method: 'POST', path: '/phones/:number/timelock', handle: setTimelock },
  { method: 'POST', path: '/phones/:number/new-chat-cap', handle: setCap },
];

/** A time in the past, or none, ends the timelock. */
function setTimelock(call: RouteCall): object {
  const untilMs = wholeNumber(call.body.untilMs, 'untilMs', LATEST);
  const { trust } = phoneOf(call);
  if (untilMs === 0) trust.unlock();
  else trust.lock({ untilMs, isSecret: call.body.secret === true });
  return {};
}

/** No limit, or 0, takes it back. */
function setCap(call: RouteCall): object {
  const limit = wholeNumber(call.body.limit, 'limit', LATEST);
  const resetsAtMs = wholeNumber(call.body.resetsAtMs, 'resetsAtMs', LATEST);
  const used = wholeNumber(call.body.used, 'used', LATEST);
  phoneOf(call).trust.cap = limit === 0 ? undefined : { limit, used, resetsAtMs };
  return {};
}
