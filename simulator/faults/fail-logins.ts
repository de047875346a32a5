import { type Behaviour } from '../behaviours/behaviour.ts';
import { refuse } from '../behaviours/log-in.ts';
import { type Faults } from './faults.ts';

/** Turns logins away, or leaves them unanswered, while `failure-at-login` or `no-success` is in force. */
export function failLogins(faults: Faults): Behaviour {
  return {
    name: 'fail logins',
    onIntroduction({ devicePairingData, username }, client) {
      if (devicePairingData) return false;
      const number = String(username);
      const failure = faults.take('failure-at-login', number);
      if (failure) refuse(client, String(failure.reason));
      return failure !== undefined || faults.take('no-success', number) !== undefined;
    },
  };
}
