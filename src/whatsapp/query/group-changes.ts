import type { WASocket } from '@whiskeysockets/baileys';
import type { GroupUpdate } from '../../domain/group.ts';

/** One change of a group. */
type Change = (socket: WASocket) => Promise<void>;

/** What an update asks for, one query after the other. */
export function changesOf(groupId: string, update: GroupUpdate): Change[] {
  const { subject, description, announce, locked, memberAdd, joinApproval, disappearingSeconds } = update;
  return [
    change(subject, (socket, text) => socket.groupUpdateSubject(groupId, text)),
    change(description, (socket, text) => socket.groupUpdateDescription(groupId, text ?? undefined)),
    change(announce, (socket, is) => socket.groupSettingUpdate(groupId, is ? 'announcement' : 'not_announcement')),
    change(locked, (socket, is) => socket.groupSettingUpdate(groupId, is ? 'locked' : 'unlocked')),
    change(memberAdd, (socket, who) =>
      socket.groupMemberAddMode(groupId, who === 'everybody' ? 'all_member_add' : 'admin_add'),
    ),
    change(joinApproval, (socket, is) => socket.groupJoinApprovalMode(groupId, is ? 'on' : 'off')),
    change(disappearingSeconds, (socket, seconds) => socket.groupToggleEphemeral(groupId, seconds)),
  ].flat();
}

/** Nothing for a field that is omitted. */
function change<Value>(
  value: Value | undefined,
  carryOut: (socket: WASocket, value: Value) => Promise<void>,
): Change[] {
  return value === undefined ? [] : [(socket) => carryOut(socket, value)];
}
