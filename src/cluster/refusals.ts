import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';

/** The header of a refusal; its value is the reason. */
export const REFUSED_HEADER = 'x-wa-refused';

/** How often each reason is logged: whoever knocks does not fill the log, nor hide the others. */
const LOG_MS = 60_000;

/** Why a request on the internal port is refused, and what the operator needs to know. */
export interface Refused {
  why: keyof typeof SENTENCES;
  /** The node that it says it comes from, and may. */
  nodeId?: string;
  /** How far its clock is ahead of this one; negative if behind. */
  aheadSeconds?: number;
}

const SENTENCES = {
  'no-node': 'a request on the internal port was refused: it proved no node',
  'other-name': 'a request on the internal port was refused: its certificate bears another name than that of the node',
  'not-living':
    'a request on the internal port was refused: its certificate is right, but no living node has this name',
  repeated:
    'a request on the internal port was refused: it came before, and somebody may be repeating what was overheard',
  clock: 'a request of another node was refused: its clock and the one of this node are more than 60 s apart',
};

/** What a node says about another one that refuses it. */
const REFUSED_BY: ReadonlyMap<unknown, string> = new Map([
  ['clock', 'a node refuses the requests of this one: their clocks are more than 60 s apart'],
  [
    'other-name',
    'a node refuses the requests of this one: the certificate of this node bears another name than it has',
  ],
]);
const REFUSED_BY_ANY =
  'a node does not take this one for a node: compare their secrets or certificates, and their clocks';

/** The sentence for the log of a node that was refused, by the reason in {@link REFUSED_HEADER}. */
export function refusedBy(why: unknown): string {
  return REFUSED_BY.get(why) ?? REFUSED_BY_ANY;
}

/** Logs why others are refused. */
export class Refusals {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #loggedAtMs = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A request, and why it is refused. */
  of({ remoteAddress }: Socket, { why, ...details }: Refused): void {
    this.#warn({ address: remoteAddress, ...details }, SENTENCES[why]);
  }

  /** A connection that ended before its first request. Without a reason, somebody only looked whether the port is open. */
  ofHandshake({ remoteAddress, authorizationError }: TLSSocket, { code }: NodeJS.ErrnoException): void {
    const reason = whyNot(authorizationError) ?? (code?.startsWith('ERR_SSL') ? code : undefined);
    if (reason === undefined) return;
    this.#warn({ address: remoteAddress, reason }, 'a connection to the internal port was refused');
  }

  #warn(details: object, sentence: string): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - (this.#loggedAtMs.get(sentence) ?? -Infinity) < LOG_MS) return;
    this.#loggedAtMs.set(sentence, nowMs);
    this.#log.warn(details, sentence);
  }
}

/** Node has a code there, and `null` where there is none, whatever its types say. */
function whyNot(authorizationError: unknown): string | undefined {
  return typeof authorizationError === 'string' ? authorizationError : undefined;
}
