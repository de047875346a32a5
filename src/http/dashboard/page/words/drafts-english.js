import { plural } from './plural.js';

/** The texts about drafts in English. */
export const DRAFTS_ENGLISH = {
  draftsTitle: 'Waiting for your approval',
  draftsHint:
    'Nothing of this has been sent. Read it first: a stranger may have dictated it to the program that wrote it.',
  draftsCount: (count) => plural(count, '(1 message waits for approval)', '(# messages wait for approval)'),
  draftExpires: (when) => `Discarded by itself: ${when}`,
  draftSending: () => 'Somebody has approved it. If it stays here, sending was interrupted: approve it again.',
  draftTo: (to) => `To ${to}`,
  draftOwnChat: 'the chat of an earlier message',
  draftOrigin: (account, key, when) => `From ${account} · key ${key} · ${when}`,
  draftFile: (type, url) => `${type}: ${url}`,
  draftApprove: 'Approve and send',
  draftDiscard: 'Discard',
  draftAction: (what, to) => `${what}: message to ${to}`,
  draftSent: 'The message was sent.',
  draftGone: 'The message was discarded.',
  draftWaits: 'Your key needs approval: the message waits under “Waiting for your approval”.',
  error_draft_not_found: 'This message no longer waits.',
  error_draft_decided: 'Somebody else has just decided.',
  error_recipient_not_allowed: 'Your key may not send to this number.',
  error_too_many_drafts: 'Too many messages of your key wait for approval.',
};
