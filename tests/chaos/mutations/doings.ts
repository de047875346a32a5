import { randomInt } from 'node:crypto';
import type { Doing } from './cast.ts';
import { GROUP_DOINGS } from './group-doings.ts';
import { NOTICE_DOINGS } from './notice-doings.ts';
import { OWN_DOINGS } from './own-doings.ts';
import { PAIRING_DOINGS } from './pairing-doings.ts';

/** How many numbers there are for people whom nobody knows. */
const NUMBERS = 100_000_000;

/**
 * Everything that phones and the server can do, each once. A new ability of phones gets a line here: the stanzas that it makes
 * are then mutated, too.
 */
export const DOINGS: Readonly<Record<string, Doing>> = {
  text: ({ ana, account }) => ana.sendText(account, 'text'),
  'text of an own device': ({ ana, account }) => account.sendText(ana, 'own text'),
  file: ({ ana, account }) =>
    ana.sendMedia(account, { kind: 'image', bytes: Buffer.alloc(64, 7), caption: 'file', mimetype: 'image/png' }),
  'view once': ({ ana, account }) => ana.sendText(account, 'once', { withheld: 'view_once' }),
  poll: async ({ ana, luz, account, group }) => {
    const poll = await ana.sendPoll(group, { name: 'poll', options: ['a', 'b'] });
    await luz.next(({ id }) => id === poll);
    await luz.vote(poll, ['a']);
    await ana.sendPoll(account, { name: 'poll', options: ['a', 'b'] });
  },
  edit: async ({ ana, account }) => {
    const id = await ana.sendText(account, 'edited');
    await ana.edit(id, 'edit');
    await ana.edit(id, 'plain edit', { form: 'plain' });
  },
  reaction: async ({ ana, account }) => ana.answer(await ana.sendText(account, 'nice'), { emoji: '👍' }),
  'by number': ({ luz, account }) => luz.sendText(account, 'by number', { addressing: 'pn' }),
  hidden: ({ luz, account }) => luz.sendText(account, 'hidden', { hidesOtherName: true }),
  group: async ({ ana, luz, group }) => {
    await ana.sendText(group, 'group');
    await ana.sendText(group, 'group again');
    await luz.sendText(group, 'group too');
  },
  'group changes': ({ world, ana, account, group }) => {
    const admin = ana.inGroup(group);
    const bea = world.whatsapp.phone('5492200000009', 'Bea');
    admin.add(bea);
    admin.promote(bea);
    admin.rename('Renamed');
    bea.inGroup(group).leave();
    world.whatsapp.group({ subject: 'Another', members: [ana, account] });
  },
  'calls that end': ({ ana, account }) => {
    ana.calls.hangUp(ana.calls.ring(account, { video: true }), 'timeout');
    ana.calls.hangUp(ana.calls.ring(account));
  },
  receipts: async ({ world, sessionId, ana, account }) => {
    await world.orchestrator.send(sessionId, ana.number, 'receipts');
    const { id } = await ana.next(({ text }) => text === 'receipts');
    await ana.markRead(id);
    await ana.markPlayed(id);
    account.calls.ring(ana);
  },
  'group text of ours': ({ world, sessionId, group }) => world.orchestrator.send(sessionId, group.jid, 'to the group'),
  'linked device': ({ ana }) => ana.addCompanion(),
  'new keys': ({ luz }) => luz.registerAnew(),
  picture: ({ ana }) => {
    ana.picture = { url: 'https://example.com/a.jpg', shownTo: 'everybody' };
  },
  'what they show': async ({ ana, luz, account }) => {
    ana.profile.setPicture({ url: 'https://example.com/b.jpg', shownTo: 'everybody' });
    ana.profile.setPicture(undefined);
    ana.profile.setAbout('About me');
    await ana.profile.rename('Anna');
    await luz.profile.rename('Luz & Co.', { business: true });
    await ana.profile.postStatus('status', [account]);
    await account.profile.postStatus('own status', [ana]);
  },
  'how they are shown': async ({ world, sessionId, ana, account }) => {
    await world.orchestrator.post(`/sessions/${sessionId}/presence`, { to: ana.number, state: 'composing' });
    ana.presence.goOnline();
    for (const state of ['composing', 'recording', 'paused'] as const) ana.presence.show(account, state);
    ana.presence.goOffline();
  },
  'another number': async ({ world, account }) => {
    const pia = world.whatsapp.phone('5492200000008', 'Pia');
    await pia.sendText(account, 'before');
    await pia.profile.changeNumber('5492200000007');
  },
  'another LID': async ({ world, sessionId, account }) => {
    const eva = world.whatsapp.phone('5492200000006', 'Eva');
    await eva.sendText(account, 'before');
    await world.orchestrator.send(sessionId, eva.number, 'to the old LID');
    eva.addressing.renew();
    await world.orchestrator.send(sessionId, eva.number, 'to the new LID');
  },
  'moved to a LID': async ({ world, sessionId }) => {
    const leo = world.whatsapp.phone('5492200000005', 'Leo');
    leo.isMigrated = true;
    await world.orchestrator.send(sessionId, leo.number, 'to somebody migrated');
  },
  buttons: async ({ world, sessionId, ana }) => {
    const path = `/sessions/${sessionId}/messages`;
    const choice = { type: 'buttons', text: 'Yes or no', buttons: [{ type: 'reply', text: 'Yes', id: 'yes' }] };
    const { body } = await world.orchestrator.post(path, { number: ana.number, ...choice });
    await ana.next(({ id }) => id === body.messageId);
    await ana.buttons.press(body.messageId as string, 'Yes');
    const sections = [{ title: 'All', rows: [{ id: 'one', title: 'One' }] }];
    const list = { type: 'list', text: 'Which one', button: 'Choose', sections };
    const answer = await world.orchestrator.post(path, { number: ana.number, ...list });
    await ana.next(({ id }) => id === answer.body.messageId);
    await ana.buttons.choose(answer.body.messageId as string, 'one');
  },
  questions: async ({ world, sessionId, account, ana, group }) => {
    for (const path of [
      '/groups',
      `/groups/${group.jid}`,
      `/contacts/${ana.number}/picture`,
      `/contacts/check?number=${ana.number}`,
    ]) {
      await world.orchestrator.get(`/sessions/${sessionId}${path}`);
    }
    // Somebody new, whose devices and keys have to be asked for.
    const number = `54955${String(randomInt(NUMBERS)).padStart(8, '0')}`;
    world.whatsapp.phone(number, 'New');
    await account.appState.pin(ana);
    await world.orchestrator.send(sessionId, number, 'to somebody new');
  },
  ping: ({ world }) => void world.whatsapp.ping(),
  'expired version': ({ world }) => {
    world.whatsapp.expireClients(Date.now() + 30 * 24 * 3600_000);
  },
  'few keys': ({ world, account }) => {
    world.whatsapp.fault('low-pre-keys', { number: account.number });
  },
  'odd stanzas': ({ world, account }) => {
    world.whatsapp.fault('odd-stanza', { number: account.number });
  },
  'damaged messages': async ({ world, ana, account }) => {
    world.whatsapp.fault('corrupt-message', { number: account.number, times: 1 });
    await ana.sendText(account, 'damaged');
  },
  'new login': ({ world, account }) => {
    world.whatsapp.fault('cut', { number: account.number });
  },
  ...GROUP_DOINGS,
  ...OWN_DOINGS,
  ...PAIRING_DOINGS,
  ...NOTICE_DOINGS,
};
