import {
  nameFromAddressBook,
  nameFromHistory,
  nothingOldTold,
  receiveEdit,
  takePast,
  writeToMigrated,
} from './first-login.ts';
import { allCallbacksValid, receiveMessage, sendMessage, trackDelivery } from './messages.ts';
import { receivePicture, receiveVoiceNote, runPoll, sendPicture, sendVoiceNote } from './media.ts';
import { announceConnection, refreshQr, rejectStaleQr, scanQr, showQr } from './pairing.ts';
import type { Stage } from '../stage.ts';
import { killEachNode } from './nodes.ts';
import type { Step } from './step.ts';
import { catchUp, deleteSession, killAndWrite, restartSession, startAgain } from './survival.ts';

/** The whole story in order: each step with the promise that it verifies. */
const STORY: readonly (readonly [title: string, step: Step])[] = [
  ['The orchestrator starts', ({ orchestrator }) => orchestrator.start()],
  ['GET /generate-qr returns a session and its QR', showQr],
  ['companion_reg_refresh: the same QR is shown again with a new secret', refreshQr],
  ['A QR from before the refresh links nothing, and the session shows a new one', rejectStaleQr],
  ['The phone scans a refreshed QR and links a device', scanQr],
  ['sessions/new-session-connected reaches the backend with exactly its nine fields', announceConnection],
  ['The first login takes keys, settings and old chats from the phone, and tells nothing of them as new', takePast],
  ['A message without a name has the name from the history as sender_name', nameFromHistory],
  ['A message without a name has the name from the address book as sender_name', nameFromAddressBook],
  ['A message to a contact whose number WhatsApp refuses arrives by LID, and is "delivered"', writeToMigrated],
  ['A message to the account reaches the backend with the right text, name and number', receiveMessage],
  ['POST send-message returns "sent", and the phone decrypts the text', sendMessage],
  ['messages/status-update reports "sent", then "delivered"', trackDelivery],
  ['A sealed edit reaches the backend as "edit" with the new text', receiveEdit],
  ['A picture arrives with its caption, and GET …/media returns the file byte for byte', receivePicture],
  ['A voice note arrives, and GET …/media returns the file byte for byte', receiveVoiceNote],
  ['POST messages uploads a picture, and the phone opens it byte for byte', sendPicture],
  ['POST messages sends a voice note; the phone opens it byte for byte, and "played" is reported', sendVoiceNote],
  ['A poll goes out, the phone votes, and poll_vote counts the votes', runPoll],
  ['kill -9: the orchestrator is gone, and a message waits at WhatsApp', killAndWrite],
  ['Started again, it connects without a new QR', startAgain],
  ['The message sent in the meantime arrives with "offline": true', catchUp],
  ['POST restart: a new connection with the same credentials, and messages keep flowing', restartSession],
  ['DELETE: the device is unlinked at WhatsApp too, and the session returns 404', deleteSession],
  ['No message from before the first login was told', nothingOldTold],
  ['Every webhook was signed, numbered without gaps, and had exactly its documented fields', allCallbacksValid],
];

/** The step that needs several nodes. */
const NODES: (typeof STORY)[number] = ['Each node is killed once, and the others go on with the session', killEachNode];

/** The story that this stage can play. */
export function storyOf({ orchestrator }: Stage): typeof STORY {
  if (orchestrator.each.length === 0) return STORY;
  const before = STORY.findIndex(([, step]) => step === killAndWrite);
  return [...STORY.slice(0, before), NODES, ...STORY.slice(before)];
}
