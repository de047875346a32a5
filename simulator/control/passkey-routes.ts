import type { PasskeyOptions } from '../pairing/passkey-authenticator.ts';
import { ControlError } from './control-error.ts';
import { phoneOf } from './phone-of.ts';
import type { Route, RouteCall } from './route.ts';

/** The routes for passkeys. */
export const passkeyRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/passkey',
    handle(call) {
      const { passkey } = phoneOf(call);
      passkey.isWanted = call.body.wanted !== false;
      passkey.isAfterKeys = call.body.afterKeys === true;
      return {};
    },
  },
  { method: 'GET', path: '/phones/:number/passkey', handle: (call) => view(call) },
  {
    method: 'POST',
    path: '/phones/:number/passkey/assertion',
    handle: (call) => phoneOf(call).passkey.assert(optionsOf(call)),
  },
  {
    method: 'POST',
    path: '/phones/:number/passkey/confirm',
    handle(call) {
      phoneOf(call).passkey.confirm();
      return {};
    },
  },
  {
    method: 'POST',
    path: '/phones/:number/passkey/refuse',
    handle(call) {
      phoneOf(call).passkey.refuse();
      return {};
    },
  },
];

function view(call: RouteCall) {
  const { isWanted, code } = phoneOf(call).passkey;
  return { wanted: isWanted, code: code ?? null };
}

function optionsOf({ body }: RouteCall): PasskeyOptions {
  const { challenge, rpId } = (body.options ?? {}) as Partial<PasskeyOptions>;
  if (typeof challenge === 'string' && typeof rpId === 'string') return body.options as PasskeyOptions;
  throw new ControlError(400, 'bad_request', '"options" must be the options of a WebAuthn request.');
}
