import type { Exit, Freeze } from './cluster-stage.ts';
import type { ConnectionLog, SentStanza } from './connection-log.ts';

/** What a test has seen of the messages from its accounts, and of the processes that sent them. */
export interface Seen {
  connections: Pick<ConnectionLog, 'stanzas' | 'askedAgain'>;
  exits: readonly Exit[];
  freezes: readonly Freeze[];
}

/** A stanza, and the next one of the same message. */
type Repetition = [first: SentStanza, second: SentStanza];

/** The exit code of a process that finds itself taken for dead. */
const BURIED = 70;
/** How long the end of a process that is killed may take to reach WhatsApp. */
const CLOSING_MS = 500;
/** A process answers 1 s after WhatsApp's acknowledgement at the latest, which takes a moment, too. */
const ANSWERED_WITHIN_MS = 2_000;

/**
 * A message that nobody asks for again leaves once. Only when its process ended without order, before it answered the request,
 * may the repeated request send it again; what was answered never leaves again. `answeredMs` says when each message was answered.
 */
export function sentTwice(seen: Seen, answeredMs: ReadonlyMap<string, number> = new Map()): string[] {
  return repeated(seen).flatMap(([id, pairs]) =>
    pairs.flatMap((pair) => {
      const [first, second] = pair;
      const what = `${first.login.number}: message ${id} left again ${Math.round(second.atMs - first.atMs)} ms later`;
      if ((answeredMs.get(id) ?? Infinity) < second.atMs) return [`${what}, although it had been answered`];
      const endedMs = Math.round(first.login.endedMs - first.atMs);
      return isUnheard(pair, seen)
        ? []
        : [`${what}, and no end of a process explains it: its line ended after ${endedMs} ms`];
    }),
  );
}

/** How many messages left again because their processes ended before they answered. */
export function countUnheard(seen: Seen): number {
  return repeated(seen).filter(([, pairs]) => pairs.every((pair) => isUnheard(pair, seen))).length;
}

function repeated({ connections: { stanzas, askedAgain } }: Seen): (readonly [id: string, pairs: Repetition[]])[] {
  return [...stanzas]
    .filter(([id, all]) => all.length > 1 && !askedAgain.has(id))
    .map(([id, all]) => [id, all.slice(1).map((second, index): Repetition => [all[index]!, second])] as const);
}

/** Whether the process of the first stanza was killed, or buried, too soon to have answered; a frozen one answers nobody. */
function isUnheard([first, second]: Repetition, { exits, freezes }: Seen): boolean {
  return exits.some(({ nodeId, atMs, code, signal }) => {
    if (atMs < first.atMs || atMs > second.atMs) return false;
    const untilLineEndsMs = first.login.endedMs - atMs;
    const isItsEnd = code === BURIED ? untilLineEndsMs < CLOSING_MS : Math.abs(untilLineEndsMs) < CLOSING_MS;
    if (!isItsEnd || (code !== BURIED && signal !== 'SIGKILL')) return false;
    const frozenMs = freezes
      .filter((freeze) => freeze.nodeId === nodeId)
      .reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, atMs) - Math.max(fromMs, first.atMs)), 0);
    return atMs - first.atMs - frozenMs < ANSWERED_WITHIN_MS;
  });
}
