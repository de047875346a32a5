import type { Route } from '../route.ts';
import { changeChat, clearChat, deleteChat, deleteForMe, starMessage } from './account/chats.ts';
import { labelChat, labelMessage, unlabelChat, unlabelMessage } from './account/labeling.ts';
import { changeLabel, createLabel, deleteLabel, labeledChats, labeledMessages, listLabels } from './account/labels.ts';
import {
  blockContact,
  checkContacts,
  contactAbout,
  contactBusiness,
  listBlocked,
  listContacts,
  removeContact,
  resolveContacts,
  saveContact,
  subscribePresence,
  unblockContact,
} from './account/people.ts';
import {
  changePrivacy,
  changeProfile,
  removePicture,
  setPicture,
  viewPrivacy,
  viewProfile,
} from './account/profile.ts';
import { discardCallback, listCallbacks, replayCallbacks, retryCallback, viewCallback } from './callbacks/callbacks.ts';
import { rejectCall, ringingCalls } from './messaging/calls.ts';
import { checkContact, contactPicture } from './messaging/contacts.ts';
import { markRead, showPresence } from './messaging/chats.ts';
import { pullEvents } from './callbacks/events.ts';
import { changeHistory, exportHistory, viewHistory } from './history/history.ts';
import { askForHistory, chatMessages, listChats, removeChatMessages, searchMessages } from './history/messages.ts';
import { forgetPerson, forgetPersonEverywhere } from './history/people.ts';
import { createCommunity, linkedGroups, linkGroup, unlinkGroup } from './messaging/communities.ts';
import { groupInvite, joinGroup, revokeInvite, viewInvite } from './messaging/group-invites.ts';
import { groupPicture, removeGroupPicture, setGroupPicture } from './messaging/group-pictures.ts';
import { decideRequests, joinRequests } from './messaging/group-requests.ts';
import { changeParticipants, createGroup, leaveGroup, listGroups, updateGroup, viewGroup } from './messaging/groups.ts';
import { health } from './server/health.ts';
import { createKey, listKeys, revokeKey } from './admin/keys.ts';
import { createBackup } from './admin/backup.ts';
import { changeMasterKey } from './admin/master-key.ts';
import { sendAnyMessage, sendMessage } from './messaging/messages.ts';
import {
  cancelScheduledMessage,
  listScheduledMessages,
  scheduleMessage,
  viewScheduledMessage,
} from './messaging/scheduled-messages.ts';
import {
  channelMessages,
  followChannel,
  listChannels,
  muteChannel,
  unfollowChannel,
  viewChannel,
  viewChannelInvite,
} from './messaging/channels.ts';
import { deleteFromChannel, reactInChannel, sendToChannel } from './messaging/channel-messages.ts';
import { deleteStatus, postStatus } from './messaging/status.ts';
import { recentMessages, sessionEvents } from './sessions/live.ts';
import { messageMedia } from './messaging/media.ts';
import { currentPairingCode, pairByCode } from './sessions/pairing.ts';
import { answerPasskey, confirmPasskey, currentPasskey } from './sessions/passkey.ts';
import { live, metrics, ready } from './server/monitoring.ts';
import { viewRisk } from './sessions/risk.ts';
import { currentQr, generateQr } from './sessions/qr.ts';
import { docs, openApi } from './server/reference.ts';
import { changeSession, createSession, relinkSession, startSession, stopSession } from './sessions/control.ts';
import { deleteSession, listSessions, restartSession, sessionTimeline, viewSession } from './sessions/sessions.ts';
import { approveDraft, discardDraft, listDrafts } from './messaging/drafts.ts';
import { testNotifications } from './admin/notifications.ts';
import { downloadMedia, viewSettings } from './admin/settings.ts';
import { exportAudit, listAudit, verifyAudit } from './admin/audit.ts';
import { createToken } from './admin/tokens.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  discardDeadLetter,
  listDeadLetters,
  listWebhooks,
  replayWebhook,
  retryDeadLetter,
  testWebhook,
  viewWebhook,
} from './callbacks/webhooks.ts';

/** All routes by their `operationId`, in the order of the documentation. */
export const OPERATIONS: Readonly<Record<string, Route>> = {
  generateQr,
  pairByCode,
  createSession,
  listSessions,
  // Before the path with an id, which would match it too.
  sessionEvents,
  viewSession,
  sessionTimeline,
  viewRisk,
  currentQr,
  currentPairingCode,
  currentPasskey,
  answerPasskey,
  confirmPasskey,
  sendMessage,
  sendAnyMessage,
  scheduleMessage,
  listScheduledMessages,
  viewScheduledMessage,
  cancelScheduledMessage,
  listChannels,
  viewChannel,
  viewChannelInvite,
  followChannel,
  unfollowChannel,
  muteChannel,
  channelMessages,
  sendToChannel,
  deleteFromChannel,
  reactInChannel,
  postStatus,
  deleteStatus,
  recentMessages,
  listDrafts,
  approveDraft,
  discardDraft,
  listGroups,
  createGroup,
  viewGroup,
  updateGroup,
  changeParticipants,
  groupInvite,
  revokeInvite,
  viewInvite,
  joinGroup,
  joinRequests,
  decideRequests,
  groupPicture,
  setGroupPicture,
  removeGroupPicture,
  linkedGroups,
  createCommunity,
  linkGroup,
  unlinkGroup,
  leaveGroup,
  listContacts,
  checkContact,
  checkContacts,
  resolveContacts,
  contactPicture,
  contactAbout,
  contactBusiness,
  subscribePresence,
  saveContact,
  removeContact,
  listBlocked,
  blockContact,
  unblockContact,
  messageMedia,
  starMessage,
  deleteForMe,
  markRead,
  changeChat,
  clearChat,
  deleteChat,
  listLabels,
  createLabel,
  changeLabel,
  deleteLabel,
  labeledChats,
  labeledMessages,
  labelChat,
  unlabelChat,
  labelMessage,
  unlabelMessage,
  showPresence,
  viewProfile,
  changeProfile,
  setPicture,
  removePicture,
  viewPrivacy,
  changePrivacy,
  listChats,
  chatMessages,
  removeChatMessages,
  askForHistory,
  searchMessages,
  viewHistory,
  changeHistory,
  exportHistory,
  forgetPerson,
  forgetPersonEverywhere,
  ringingCalls,
  rejectCall,
  changeSession,
  restartSession,
  stopSession,
  startSession,
  relinkSession,
  deleteSession,
  listCallbacks,
  // Before the paths with an id, which would match it too.
  replayCallbacks,
  viewCallback,
  retryCallback,
  discardCallback,
  pullEvents,
  createWebhook,
  listWebhooks,
  viewWebhook,
  changeWebhook,
  deleteWebhook,
  testWebhook,
  listDeadLetters,
  retryDeadLetter,
  discardDeadLetter,
  replayWebhook,
  viewSettings,
  downloadMedia,
  testNotifications,
  changeMasterKey,
  createBackup,
  createToken,
  createKey,
  listKeys,
  revokeKey,
  listAudit,
  exportAudit,
  verifyAudit,
  openApi,
  docs,
  health,
  live,
  ready,
  metrics,
};

/** All routes. */
export const ROUTES: readonly Route[] = Object.values(OPERATIONS);
