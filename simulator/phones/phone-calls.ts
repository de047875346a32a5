import { randomBytes } from 'node:crypto';

import type { WaitOptions } from '../kit/changes.ts';
import { childrenOf, node, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Addressing } from '../world/address.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { PhoneWorld } from './phone-deps.ts';

/** The state of a call as its phones see it. */
export type CallState = 'ringing' | 'answered' | 'rejected' | 'over';

/** Options of {@link PhoneCalls.ring}. */
export interface CallOptions {
  readonly video?: boolean | undefined;
  /** The group that is called, of which this rings for one member. */
  readonly group?: { readonly jid: string } | undefined;
  /** The id of the call; a new one by default. */
  readonly id?: string | undefined;
  /** How the stanzas name the caller; as phones address 1:1 messages by default. */
  readonly addressing?: Addressing | undefined;
  /** Omits the caller's number, as WhatsApp does when it hides it. */
  readonly hidesNumber?: boolean | undefined;
}

/** One call, made or received. */
interface Call {
  readonly caller: Account;
  readonly callee: Account;
  readonly addressing: Addressing;
  state: CallState;
}

/** What calls need of the world. */
type CallWorld = Pick<PhoneWorld, 'directory' | 'changes' | 'addressing' | 'now'>;

/** The one-to-one calls of one phone: their signals only, no sound. */
export class PhoneCalls {
  readonly #world: CallWorld;
  readonly #account: Account;
  readonly #calls = new Map<string, Call>();

  constructor(world: CallWorld, account: Account) {
    this.#world = world;
    this.#account = account;
  }

  /** Rings on every device of a person; returns the id of the call. Throws a RangeError when there is no such person. */
  ring(to: string | { readonly jid: string }, options: CallOptions = {}): string {
    const { directory, addressing: usual } = this.#world;
    const { id = newCallId(), addressing = usual } = options;
    const address = typeof to === 'string' ? to : to.jid;
    const callee = address.includes('@') ? directory.byJid(address) : directory.byNumberOrAlias(address);
    if (!callee || callee === this.#account) throw new RangeError(`${this.#account.number} cannot call ${address}.`);
    const call: Call = { caller: this.#account, callee, addressing, state: 'ringing' };
    this.#calls.set(id, call);
    const attrs = {
      ...(options.hidesNumber !== true && { caller_pn: this.#account.jid('pn') }),
      ...(options.group && { type: 'group', 'group-jid': options.group.jid }),
    };
    this.#signal(callee.endpoints(), call, this.#info('offer', { id, call }, attrs, media(options.video === true)));
    return id;
  }

  /** Ends a call that this phone made, or answered; as one that rang in vain with `reason` `timeout`. */
  hangUp(id: string, reason?: 'timeout'): void {
    const call = this.#known(id);
    const others = call.caller === this.#account ? call.callee.endpoints() : [call.caller.phone];
    call.state = 'over';
    this.#signal(others, call, this.#info('terminate', { id, call }, reason && { reason }));
  }

  /** Answers a call on this phone: the other devices of its owner stop ringing. */
  answer(id: string): void {
    this.#settle(id, 'answered');
  }

  /** Declines a call on this phone: the other devices of its owner stop ringing. */
  decline(id: string): void {
    this.#settle(id, 'rejected');
  }

  /** The state of a call that was made or received; `undefined` for an unknown one. */
  stateOf(id: string): CallState | undefined {
    return this.#calls.get(id)?.state;
  }

  /** Resolves once the call is in this state. Rejects after the timeout. */
  untilState(id: string, state: CallState, options?: WaitOptions): Promise<void> {
    return this.#world.changes.until(() => this.stateOf(id) === state, options);
  }

  /** Handles a `<call>` from the server. */
  take(stanza: Stanza): void {
    const [info] = childrenOf(stanza);
    const known = this.#calls.get(info?.attrs['call-id'] ?? '');
    if (info && known) known.state = STATES[info.tag] ?? known.state;
    else if (info?.tag === 'offer') this.#offered(info);
    this.#world.changes.announce();
  }

  #offered({ attrs: { 'call-id': id = '', 'call-creator': creator = '' } }: Stanza): void {
    const caller = this.#world.directory.byJid(creator);
    if (!caller) return;
    const addressing = creator.endsWith('@lid') ? 'lid' : 'pn';
    this.#calls.set(id, { caller, callee: this.#account, addressing, state: 'ringing' });
  }

  #settle(id: string, state: 'answered' | 'rejected'): void {
    const call = this.#known(id);
    const others = call.callee.endpoints().filter((endpoint) => endpoint !== call.callee.phone);
    call.state = state;
    const tag = state === 'answered' ? 'accept' : 'reject';
    this.#signal([call.caller.phone], call, this.#info(tag, { id, call }));
    const reason = state === 'answered' ? 'accepted_elsewhere' : 'rejected_elsewhere';
    this.#signal(others, call, this.#info('terminate', { id, call }, { reason }));
  }

  #known(id: string): Call {
    const call = this.#calls.get(id);
    if (!call) throw new RangeError(`${this.#account.number} has no call ${id}.`);
    return call;
  }

  #info(
    tag: string,
    { id, call: { caller, addressing } }: { id: string; call: Call },
    attrs: Record<string, string> = {},
    content?: Stanza[],
  ): Stanza {
    return node(tag, { 'call-id': id, 'call-creator': caller.jid(addressing), ...attrs }, content);
  }

  #signal(endpoints: readonly Endpoint[], { addressing }: Call, info: Stanza): void {
    const t = String(Math.floor(this.#world.now() / 1000));
    const attrs = { from: this.#account.jid(addressing), t, e: '0', platform: 'android', notify: this.#account.name };
    for (const endpoint of endpoints) endpoint.deliver(node('call', { id: newCallId(), ...attrs }, [info]));
    this.#world.changes.announce();
  }
}

const STATES: Readonly<Record<string, CallState>> = { accept: 'answered', reject: 'rejected', terminate: 'over' };

function media(video: boolean): Stanza[] {
  return [
    node('audio', { enc: 'opus', rate: '16000' }),
    ...(video ? [node('video', { enc: 'vp8', dec: 'vp8' })] : []),
    node('net', { medium: '3' }),
  ];
}

function newCallId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}
