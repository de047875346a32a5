import { callbacksAreRight, followMessage, messageIn, messageOut } from './messages.ts';
import { pictureIn, pictureOut, poll, voiceNoteIn, voiceNoteOut } from './media.ts';
import { announceConnection, refreshQr, refuseOldCode, scan, showQr } from './pairing.ts';
import { type Act } from './plot.ts';
import { catchUp, comeBack, killAndWrite, remove, restart } from './survival.ts';

/** The whole story, in its order: what each step promises, and how it is played. */
export const STORY: readonly (readonly [title: string, act: Act])[] = [
  ['The orchestrator starts', ({ orchestrator }) => orchestrator.start()],
  ['GET /generate-qr gives a session and its QR', showQr],
  ['companion_reg_refresh: the same QR is shown again with a new secret', refreshQr],
  ['The code of before the refresh links nothing, and the session shows a new one', refuseOldCode],
  ['The phone scans a refreshed code, and a device is linked', scan],
  ['new-session-connected reaches the backend with exactly its nine fields', announceConnection],
  ['A message to the account reaches the backend: text, name and number are right', messageIn],
  ['POST send-message is answered with "sent", and the phone decrypts the text', messageOut],
  ['messages/status-update says "sent", then "delivered"', followMessage],
  ['A picture and its caption arrive, and GET …/media gives the file byte for byte', pictureIn],
  ['A voice note arrives, and GET …/media gives the file byte for byte', voiceNoteIn],
  ['POST messages uploads a picture, and the phone opens it byte for byte', pictureOut],
  ['POST messages sends a voice note; the phone opens it byte for byte, and "played" is told', voiceNoteOut],
  ['A poll goes out, the phone votes, and poll_vote counts the votes', poll],
  ['kill -9: the orchestrator is gone, and a message waits at WhatsApp', killAndWrite],
  ['Started again, it is connected without a new QR', comeBack],
  ['The message of meanwhile arrives with "offline": true', catchUp],
  ['POST restart: a new line with the same credentials, and messages go on', restart],
  ['DELETE: the device is gone at WhatsApp too, and the session answers 404', remove],
  ['Every callback was signed, numbered without a gap, and had exactly its fields', callbacksAreRight],
];
