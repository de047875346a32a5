import { plural } from './plural.js';

/** The texts about kept messages in English. */
export const HISTORY_ENGLISH = {
  historyTitle: 'Message history',
  historyOff: 'This account keeps no messages.',
  historyDays: (days) => `This account keeps its messages for ${plural(days, '1 day', '# days')}.`,
  historyDefault: 'HISTORY_DAYS on the server says so.',
  historyOwn: 'That is its own setting.',
  historyCount: (count) =>
    count >= 100000 ? 'It has 100,000 messages or more.' : `It has ${plural(count, '1 message', '# messages')}.`,
  historyEdit: 'Change it, or forget a person',
  historyDaysLabel: 'Days: empty for HISTORY_DAYS, 0 for none',
  historySave: 'Save',
  historySaved: 'Saved.',
  historyDaysWrong: 'Enter a whole number of days, or nothing.',
  historyLessTitle: 'Keep less?',
  historyLessBody: 'Messages that are older are removed at once. This cannot be undone.',
  historyLessYes: 'Yes, remove them',
  forgetNumber: 'Number of a person, with country code',
  forgetPerson: 'Forget this person',
  forgetTitle: (who) => `Forget ${who}?`,
  forgetBody:
    'This account removes their conversation, what they wrote in groups, what was sent to them, and their name. Webhooks, files and backups expire later. It cannot be undone, and other accounts keep theirs.',
  forgetYes: 'Yes, forget them',
  forgotten: (kept, sent, others) =>
    `Forgotten: ${plural(kept, '1 kept message', '# kept messages')}, ${sent} sent, ${plural(others, '1 other entry', '# other entries')}.`,
};
