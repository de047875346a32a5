import { bytesOf, childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { formatJid, parseJid } from '../world/address.ts';
import { type Directory } from '../world/directory.ts';
import { type Endpoint } from '../world/endpoint.ts';
import { answerIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/**
 * Answers usync queries for devices, LIDs and the existence of numbers (section 8 of the protocol notes). An unknown
 * user has no devices, and is marked as `out` when the query asks for contacts. The number of a migrated account has no
 * devices either, nor has a LID that somebody no longer has.
 */
export function lookUpUsers(directory: Directory): Behaviour {
  return answerIq('look up users', { xmlns: 'usync' }, (iq) => {
    const usync = childOf(iq, 'usync');
    const asked = new Set(childrenOf(childOf(usync, 'query')).map(({ tag }) => tag));
    const users = childrenOf(childOf(usync, 'list')).map((user) => answerFor(directory, user, asked));
    const answered = [...asked].map((protocol) => node(protocol));
    return [node('usync', usync?.attrs ?? {}, [node('result', {}, answered), node('list', {}, users)])];
  });
}

function answerFor(directory: Directory, user: Stanza, asked: Set<string>): Stanza {
  const { jid } = user.attrs;
  const written = bytesOf(childOf(user, 'contact'));
  const number = written.toString('utf8').replace(/\D/g, '');
  const account = jid === undefined ? directory.byNumberOrAlias(number) : directory.byJid(jid);
  if (!account) return unknownUser(jid ?? formatJid({ user: number, device: 0, addressing: 'pn' }), asked);
  const byLid = parseJid(jid)?.addressing === 'lid';
  const answers = [
    ...(asked.has('contact') ? [node('contact', { type: 'in' }, written)] : []),
    ...(asked.has('devices') ? [deviceList(endpointsOf(directory, account, jid))] : []),
    ...(asked.has('lid') && !byLid ? [node('lid', { val: account.jid('lid') })] : []),
  ];
  return node('user', { jid: jid ?? account.jid('pn') }, answers);
}

/** The devices that the account has under this JID. */
function endpointsOf(directory: Directory, account: Account, jid: string | undefined): Endpoint[] {
  return directory.isMovedAway(jid) || directory.isOutdated(jid) ? [] : account.endpoints();
}

function unknownUser(jid: string, asked: Set<string>): Stanza {
  const answers = [
    ...(asked.has('contact') ? [node('contact', { type: 'out' })] : []),
    ...(asked.has('devices') ? [deviceList([])] : []),
  ];
  return node('user', { jid }, answers);
}

function deviceList(endpoints: readonly Endpoint[]): Stanza {
  const devices = endpoints.map(({ device }) => {
    const id = String(device);
    return node('device', device === 0 ? { id } : { id, 'key-index': id });
  });
  return node('devices', {}, [node('device-list', {}, devices)]);
}
