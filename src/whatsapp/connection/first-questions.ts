import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import type { ServerProps } from '../signal/server-props.ts';
import type { Logins } from './logins.ts';

/** Dependencies of {@link askFirstQuestions}. */
export interface FirstQuestionsDeps {
  socket: WASocket;
  serverProps: Pick<ServerProps, 'ask'>;
  /** The logins of all sessions. */
  logins: Pick<Logins, 'over'>;
  /** Its timers end with the connection. */
  clock: Clock;
}

/**
 * Asks what WhatsApp Web asks after each login. Baileys asks everything at once (`fireInitQueries`, which is off). Messages are
 * sent as the server properties say; nothing here needs the others, so that they wait until no session logs in any more.
 */
export function askFirstQuestions({ socket, serverProps, logins, clock }: FirstQuestionsDeps): void {
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection !== 'open') return;
    serverProps.ask(socket).catch(unanswered);
    logins
      .over(clock)
      .then(async () => {
        if (socket.ws.isOpen) await Promise.all([socket.fetchBlocklist(), socket.fetchPrivacySettings()]);
      })
      .catch(unanswered);
  });
}

function unanswered(): void {
  // Without an answer everything stays as it was.
}
