import { proto } from '@whiskeysockets/baileys';
import type { Doing } from './cast.ts';

const { PUSH_NAME } = proto.HistorySync.HistorySyncType;
const WEEK_SECONDS = 604_800;
const DAY_MS = 86_400_000;

/** What the account does on its phone, and what the server tells it about itself. */
export const OWN_DOINGS: Readonly<Record<string, Doing>> = {
  history: async ({ ana, luz, account }) => {
    account.history.add(ana, { texts: ['old', 'older'], savedAs: 'Ana' });
    account.history.fill(20, 2);
    await account.history.sync();
    await account.history.send({
      content: { syncType: PUSH_NAME, pushnames: [{ id: luz.lid, pushname: 'Luz' }] },
      form: 'inline',
    });
    await account.history.migrateToLids();
  },
  'app state': async ({ ana, account }) => {
    await account.appState.setContactName(ana, 'Ana A.');
    await account.appState.removeContact(ana);
    await account.profile.rename('The account');
    await account.appState.archive(ana);
    await account.appState.pin(ana);
    await account.appState.mute(ana, Date.now() + DAY_MS);
    await account.appState.markRead(ana);
    await account.appState.renewKey();
    await account.appState.shareKeys();
  },
  timers: async ({ ana, account }) => {
    await ana.chats.setTimer(account, WEEK_SECONDS);
    await account.chats.setTimer(ana, 0);
    ana.chats.setDefaultTimer(WEEK_SECONDS);
    account.chats.setDefaultTimer(WEEK_SECONDS);
    account.chats.setDefaultTimer(0);
  },
  privacy: async ({ ana, account }) => {
    const sent = await ana.sendText(account, 'read on the phone');
    const { id } = await account.next((message) => message.id === sent);
    account.privacy.set('last', 'none');
    for (const value of ['none', 'all']) {
      account.privacy.set('readreceipts', value);
      await account.markRead(id);
      await account.markPlayed(id);
    }
    account.privacy.block(ana);
    account.privacy.unblock(ana);
    account.picture = { url: 'https://example.com/c.jpg', shownTo: 'everybody' };
  },
  'calls of the phone': ({ ana, account }) => {
    account.calls.answer(ana.calls.ring(account));
    account.calls.decline(ana.calls.ring(account));
  },
  trust: ({ ana, account }) => {
    ana.trust.giveTo(account);
    account.trust.lock({ untilMs: Date.now() + DAY_MS });
    account.trust.unlock();
    account.trust.cap = { limit: 100, used: 60, resetsAtMs: Date.now() + DAY_MS };
    account.trust.cap = undefined;
    account.trust.tell('SomethingNew', '{}');
  },
};
