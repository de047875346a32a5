import type { Group } from '../../../simulator/world/group.ts';
import type { Doing } from './cast.ts';

/** What people and the server do to groups. */
export const GROUP_DOINGS: Readonly<Record<string, Doing>> = {
  'group settings': ({ world, ana, account, group }) => {
    const admin = ana.inGroup(group);
    admin.promote(account);
    admin.demote(account);
    admin.describe('A description');
    admin.describe(undefined);
    admin.revokeInvite();
    for (const is of [true, false]) {
      admin.lock(is);
      admin.announceOnly(is);
      admin.letAdd(is ? 'all_member_add' : 'admin_add');
      for (const restriction of ['suspended', 'growth_locked'] as const)
        world.whatsapp.restrictGroup(group, restriction, is);
    }
    ana.inGroup(group).hadNumber('5490000000000@s.whatsapp.net');
  },
  'group timer': ({ ana, group }) => ana.chats.setTimer(group, 86_400),
  'requests to join': ({ world, ana, group }) => {
    const admin = ana.inGroup(group);
    const mia = world.whatsapp.phone('5492200000004', 'Mia');
    mia.joinGroup(group.inviteCode);
    admin.remove(mia);
    admin.needApproval();
    for (const end of ['withdraw', 'reject', 'approve'] as const) {
      mia.joinGroup(group.inviteCode);
      if (end === 'withdraw') mia.inGroup(group).withdrawRequest();
      else admin[end](mia);
    }
    admin.needApproval(false);
  },
  community: ({ world, ana, account }) => {
    const members = [ana, account];
    const part: Group = world.whatsapp.group({ subject: 'Part', members });
    const all = ana.inGroup(world.whatsapp.group({ subject: 'All', members, isCommunity: true }));
    all.link(part);
    all.unlink(part);
    ana.inGroup(part).delete('deactivate_general_chat');
    all.delete();
  },
};
