import { type Route } from '../route.ts';
import { listCallbacks, replayCallbacks, retryCallback, viewCallback } from './callbacks.ts';
import { checkContact, contactPicture } from './contacts.ts';
import { markRead, showPresence } from './chats.ts';
import { pullEvents } from './events.ts';
import {
  changeParticipants,
  createGroup,
  groupInvite,
  leaveGroup,
  listGroups,
  revokeInvite,
  updateGroup,
  viewGroup,
} from './groups.ts';
import { health } from './health.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { changeMasterKey } from './master-key.ts';
import { sendAnyMessage, sendMessage } from './messages.ts';
import { recentMessages, sessionEvents } from './live.ts';
import { messageMedia } from './media.ts';
import { currentPairingCode, pairByCode } from './pairing.ts';
import { live, metrics, ready } from './monitoring.ts';
import { currentQr, generateQr } from './qr.ts';
import { docs, openApi } from './reference.ts';
import { deleteSession, listSessions, restartSession, sessionTimeline, viewSession } from './sessions.ts';
import { downloadMedia } from './settings.ts';
import { createToken } from './tokens.ts';

/** Every route that the server has, in the order of the documentation, by its name there (`operationId`). */
export const OPERATIONS: Readonly<Record<string, Route>> = {
  generateQr,
  pairByCode,
  listSessions,
  // Before the path with an id: it would be taken for one.
  sessionEvents,
  viewSession,
  sessionTimeline,
  currentQr,
  currentPairingCode,
  sendMessage,
  sendAnyMessage,
  recentMessages,
  listGroups,
  createGroup,
  viewGroup,
  updateGroup,
  changeParticipants,
  groupInvite,
  revokeInvite,
  leaveGroup,
  checkContact,
  contactPicture,
  messageMedia,
  markRead,
  showPresence,
  restartSession,
  deleteSession,
  listCallbacks,
  // Before the paths with an id: it would be taken for one.
  replayCallbacks,
  viewCallback,
  retryCallback,
  pullEvents,
  downloadMedia,
  changeMasterKey,
  createToken,
  createKey,
  listKeys,
  revokeKey,
  openApi,
  docs,
  health,
  live,
  ready,
  metrics,
};

/** The same, without their names. */
export const ROUTES: readonly Route[] = Object.values(OPERATIONS);
