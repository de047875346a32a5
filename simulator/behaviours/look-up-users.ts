import { bytesOf, childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import { formatJid, parseJid } from '../world/address.ts';
import { deviceHash } from '../world/device-hash.ts';
import type { Directory } from '../world/directory.ts';
import type { Endpoint } from '../world/endpoint.ts';
import { keyIndexList } from '../world/key-index-list.ts';
import { answerIq } from './answer-iq.ts';
import { isShownTo } from '../world/shown-to.ts';
import type { TrustBook } from '../world/trust-book.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link lookUpUsers}. */
export interface LookUpDeps {
  readonly directory: Directory;
  readonly trust: TrustBook;
}

/**
 * Answers usync queries for devices, LIDs, abouts and the existence of numbers (section 8 of the protocol notes). An unknown
 * user has no devices, and is marked as `out` when the query asks for contacts. The number of a migrated account has no
 * devices either, nor has a LID that somebody no longer has.
 */
export function lookUpUsers({ directory, trust }: LookUpDeps): Behaviour {
  return answerIq('look up users', { xmlns: 'usync' }, (iq, { device: asking }) => {
    const by = directory.byJid(asking?.jid('pn'));
    const usync = childOf(iq, 'usync');
    const asked = new Set(childrenOf(childOf(usync, 'query')).map(({ tag }) => tag));
    const users = childrenOf(childOf(usync, 'list')).map((user) => answerFor(directory, user, { asked, by, trust }));
    const answered = [...asked].map((protocol) => node(protocol));
    return [node('usync', usync?.attrs ?? {}, [node('result', {}, answered), node('list', {}, users)])];
  });
}

function answerFor(directory: Directory, user: Stanza, question: Question): Stanza {
  const { asked } = question;
  const { jid } = user.attrs;
  const written = bytesOf(childOf(user, 'contact'));
  const number = written.toString('utf8').replace(/\D/g, '');
  const account = jid === undefined ? directory.byNumberOrAlias(number) : directory.byJid(jid);
  if (!account) return unknownUser(jid ?? formatJid({ user: number, device: 0, addressing: 'pn' }), asked);
  const found = { directory, account, jid };
  const contact = asked.has('contact') ? [node('contact', { type: 'in' }, written)] : [];
  return node('user', { jid: jid ?? account.jid('pn') }, [
    ...contact,
    ...addressesOf(found, question),
    ...aboutOf(account, user, question),
  ]);
}

/** An account, and the JID that it was asked for by. */
interface Found {
  readonly directory: Directory;
  readonly account: Account;
  readonly jid: string | undefined;
}

function addressesOf({ directory, account, jid }: Found, { asked, by }: Question): Stanza[] {
  if (by && by !== account && asked.has('devices')) account.knownBy.add(by);
  const byLid = parseJid(jid)?.addressing === 'lid';
  return [
    ...(asked.has('devices') ? [devicesOf(directory, account, jid)] : []),
    ...(asked.has('lid') && !byLid ? [node('lid', { val: account.jid('lid') })] : []),
  ];
}

/** What somebody says about themselves, to those who may see it: 401 to others. */
function aboutOf(owner: Account, user: Stanza, { asked, by: viewer, trust }: Question): Stanza[] {
  if (!asked.has('status')) return [];
  const token = bytesOf(childOf(user, 'tctoken'));
  if (!isShownTo({ owner, viewer, token }, 'status', trust)) return [node('status', { code: '401' })];
  const { about } = owner;
  return [about ? node('status', { t: String(about.t) }, Buffer.from(about.text)) : node('status')];
}

/** What is asked, and by whom. */
interface Question {
  readonly trust: TrustBook;
  readonly asked: Set<string>;
  readonly by: Account | undefined;
}

/** The devices that the account has under this JID, and what its phone signed of them. */
function devicesOf(directory: Directory, account: Account, jid: string | undefined): Stanza {
  if (directory.isMovedAway(jid) || directory.isOutdated(jid)) return deviceList([]);
  const { addressing } = parseJid(jid) ?? { addressing: 'pn' as const };
  const endpoints = account.endpoints();
  return deviceList(endpoints, { hash: deviceHash(endpoints, addressing) }, keyIndexList(account));
}

function unknownUser(jid: string, asked: Set<string>): Stanza {
  const answers = [
    ...(asked.has('contact') ? [node('contact', { type: 'out' })] : []),
    ...(asked.has('devices') ? [deviceList([])] : []),
  ];
  return node('user', { jid }, answers);
}

function deviceList(endpoints: readonly Endpoint[], attrs: Record<string, string> = {}, signed: Stanza[] = []): Stanza {
  const devices = endpoints.map(({ device }) => {
    const id = String(device);
    return node('device', device === 0 ? { id } : { id, 'key-index': id });
  });
  return node('devices', {}, [node('device-list', attrs, devices), ...signed]);
}
