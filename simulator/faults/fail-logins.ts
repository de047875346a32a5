import type { Behaviour } from '../behaviours/behaviour.ts';
import { refuse } from '../behaviours/log-in.ts';
import type { Faults } from './faults.ts';

/** Refuses logins while `failure-at-login` is in force, and leaves them unanswered while `no-success` is. */
export function failLogins(faults: Faults): Behaviour {
  return {
    name: 'fail logins',
    onIntroduction({ devicePairingData, username }, client) {
      if (devicePairingData) return false;
      const number = String(username);
      const failure = faults.take('failure-at-login', number);
      if (!failure) return faults.take('no-success', number) !== undefined;
      const { reason, code, expire } = failure;
      const details = { ...(code !== undefined && { code: String(code) }), ...(expire && { expire: String(expire) }) };
      refuse(client, String(reason), details);
      return true;
    },
  };
}

const OUTDATED = '405';

/** Refuses clients older than `revision` while `require-version` is in force. */
export function requireVersion(faults: Faults, revision: () => number): Behaviour {
  return {
    name: 'require version',
    onIntroduction({ userAgent }, client) {
      const isCurrent = (userAgent?.appVersion?.tertiary ?? 0) >= revision();
      if (isCurrent || !faults.take('require-version')) return false;
      refuse(client, OUTDATED);
      return true;
    },
  };
}
