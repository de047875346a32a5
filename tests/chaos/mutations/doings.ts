import { type Group } from '../../../simulator/world/group.ts';
import { type Phone } from '../../../simulator/phones/phone.ts';
import { type World } from '../../harness/world.ts';

/** Who does something to whom. */
export interface Cast {
  world: World;
  sessionId: string;
  account: Phone;
  /** Strangers, who write to the account. */
  ana: Phone;
  luz: Phone;
  group: Group;
}

/** Something that people, the server or a backend do, so that the simulator sends stanzas to the account. */
type Doing = (cast: Cast) => unknown;

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
  questions: async ({ world, sessionId, ana, group }) => {
    for (const path of [
      '/groups',
      `/groups/${group.jid}`,
      `/contacts/${ana.number}/picture`,
      `/contacts/check?number=${ana.number}`,
    ]) {
      await world.orchestrator.get(`/sessions/${sessionId}${path}`);
    }
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
};
