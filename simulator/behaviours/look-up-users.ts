import { bytesOf, childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { formatJid, parseJid } from '../world/address.ts';
import { type Directory } from '../world/directory.ts';
import { answerIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/**
 * Answers usync queries for devices, LIDs and the existence of numbers (section 8 of the protocol notes). An unknown
 * user is omitted from the list, or marked as `out` when the query asks for contacts.
 */
export function lookUpUsers(directory: Directory): Behaviour {
  return answerIq('look up users', { xmlns: 'usync' }, (iq) => {
    const usync = childOf(iq, 'usync');
    const asked = new Set(childrenOf(childOf(usync, 'query')).map(({ tag }) => tag));
    const users = childrenOf(childOf(usync, 'list')).flatMap((user) => answerFor(directory, user, asked) ?? []);
    return [node('usync', usync?.attrs ?? {}, [node('list', {}, users)])];
  });
}

function answerFor(directory: Directory, user: Stanza, asked: Set<string>): Stanza | undefined {
  const { jid } = user.attrs;
  const written = bytesOf(childOf(user, 'contact'));
  const number = written.toString('utf8').replace(/\D/g, '');
  const account = jid === undefined ? directory.byNumberOrAlias(number) : directory.byJid(jid);
  if (!account) return asked.has('contact') ? unknownContact(jid, number) : undefined;
  const byLid = parseJid(jid)?.addressing === 'lid';
  const answers = [
    ...(asked.has('contact') ? [node('contact', { type: 'in' }, written)] : []),
    ...(asked.has('devices') ? [deviceList(account)] : []),
    ...(asked.has('lid') && !byLid ? [node('lid', { val: account.jid('lid') })] : []),
  ];
  return node('user', { jid: jid ?? account.jid('pn') }, answers);
}

function unknownContact(jid: string | undefined, number: string): Stanza {
  const named = jid ?? formatJid({ user: number, device: 0, addressing: 'pn' });
  return node('user', { jid: named }, [node('contact', { type: 'out' })]);
}

function deviceList(account: Account): Stanza {
  const devices = account.endpoints().map(({ device }) => {
    const id = String(device);
    return node('device', device === 0 ? { id } : { id, 'key-index': id });
  });
  return node('devices', {}, [node('device-list', {}, devices)]);
}
