import type { NotificationSettings } from '../../../config/notification-settings.ts';
import { bounded } from '../../../kit/bounded.ts';
import type { Clock } from '../../../kit/clock.ts';
import { describeFailure } from '../../../kit/failure.ts';
import { ATTEMPT_MS, type Channel, type ChannelOutcome } from './channel.ts';

type EmailSettings = NonNullable<NotificationSettings['email']>;

/** Sends notifications over SMTP. `nodemailer` is loaded with the first one. */
export function emailChannel({ smtpUrl, from, to }: EmailSettings, clock: Clock): Channel {
  const url = smtpUrl.reveal();
  return {
    name: 'email',
    async send({ title: subject, text }) {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({ url, ...limits(), requireTLS: needsTls(new URL(url)) });
      const headers = { 'Auto-Submitted': 'auto-generated' };
      const sent = transport.sendMail({ from, to: [...to], subject, text, headers, ...NO_FILES }).then(
        () => ACCEPTED,
        (error: unknown) => refused(error),
      );
      const outcome = await bounded(sent, ATTEMPT_MS, clock);
      transport.close();
      return outcome === 'late' ? LATE : outcome;
    },
  };
}

const ACCEPTED: ChannelOutcome = { isAccepted: true, status: null, error: null };
const LATE: ChannelOutcome = { isAccepted: false, status: null, error: 'the mail server did not answer in time' };
/** Nothing of a notification is ever the name of a file or an address to fetch. */
const NO_FILES = { disableFileAccess: true, disableUrlAccess: true };

function limits() {
  return {
    dnsTimeout: ATTEMPT_MS,
    connectionTimeout: ATTEMPT_MS,
    greetingTimeout: ATTEMPT_MS,
    socketTimeout: ATTEMPT_MS,
  };
}

/** A password goes over no network unencrypted; to this machine, or without a password, TLS is used where the server offers it. */
function needsTls({ protocol, username, hostname }: URL): boolean {
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'smtp:' && username !== '' && !isHere;
}

/** Says codes only: a mail server writes into its messages what it likes, and the library its address. */
function refused(error: unknown): ChannelOutcome {
  const { code = 'no code' } = describeFailure(error);
  const { responseCode } = (error ?? {}) as { responseCode?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : null;
  const what = status === null ? `is not reachable (${code})` : `answered ${status}`;
  return { isAccepted: false, status, error: `the mail server ${what}` };
}
