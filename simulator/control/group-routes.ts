import type { Phone } from '../phones/phone.ts';
import type { PhoneInGroup } from '../phones/phone-in-group.ts';
import { GroupError } from '../world/group-desk.ts';
import { ControlError } from './control-error.ts';
import { existingPhone, phoneOf } from './phone-of.ts';
import { optionalStrings, requiredString } from './request-body.ts';
import type { Route, RouteCall } from './route.ts';

type Action = (member: PhoneInGroup, people: Phone[]) => void;

/** What a phone does in a group, by the name of the action. */
const ACTIONS: Partial<Record<string, Action>> = {
  add: (member, people) => member.add(...people),
  remove: (member, people) => member.remove(...people),
  promote: (member, people) => member.promote(...people),
  demote: (member, people) => member.demote(...people),
  leave: (member) => member.leave(),
  lock: (member) => member.lock(),
  unlock: (member) => member.lock(false),
  'announce-only': (member) => member.announceOnly(),
  'everybody-writes': (member) => member.announceOnly(false),
  'members-add': (member) => member.letAdd('all_member_add'),
  'admins-add': (member) => member.letAdd('admin_add'),
  'need-approval': (member) => member.needApproval(),
  'no-approval': (member) => member.needApproval(false),
  approve: (member, people) => member.approve(...people),
  reject: (member, people) => member.reject(...people),
  delete: (member) => member.delete(),
};

/** The routes for what phones do in groups. */
export const groupRoutes: readonly Route[] = [
  { method: 'POST', path: '/phones/:number/group-actions', handle: act },
  {
    method: 'POST',
    path: '/phones/:number/join',
    handle: (call) => refusable(() => ({ jid: phoneOf(call).joinGroup(requiredString(call.body, 'code')) })),
  },
];

function act(call: RouteCall): object {
  const { simulator, body } = call;
  const phone = phoneOf(call);
  const group = simulator.existingGroup(requiredString(body, 'group'));
  const action = ACTIONS[requiredString(body, 'action')];
  if (!group) throw new ControlError(404, 'unknown_group', 'There is no such group.');
  if (!action)
    throw new ControlError(400, 'bad_request', `"action" must be one of ${Object.keys(ACTIONS).join(', ')}.`);
  const people = optionalStrings(body, 'people').map((number) => existingPhone(simulator, number));
  return refusable(() => {
    action(phone.inGroup(group), people);
    return { code: group.inviteCode };
  });
}

/** What WhatsApp does not permit is the caller's mistake. */
function refusable(work: () => object): object {
  try {
    return work();
  } catch (error) {
    if (error instanceof GroupError) throw new ControlError(400, 'refused', `WhatsApp refuses it: ${error.message}.`);
    throw error;
  }
}
