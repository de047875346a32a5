import { type Received } from '../harness/test-backend.ts';

/** What was written to each session, in order, to be held against what the backend got. */
export class Ledger {
  readonly #written = new Map<string, string[]>();

  /** Notes a message before it is written. */
  note(sessionId: string, content: string): void {
    const contents = this.#written.get(sessionId);
    if (contents) contents.push(content);
    else this.#written.set(sessionId, [content]);
  }

  /** How many messages were written, to one session or to all. */
  count(sessionId?: string): number {
    if (sessionId !== undefined) return this.#written.get(sessionId)?.length ?? 0;
    return [...this.#written.values()].reduce((sum, contents) => sum + contents.length, 0);
  }

  /** Whether as many messages arrived as were written; what is wrong with them says {@link compare}. */
  isFull(accepted: readonly Received[]): boolean {
    const got = contentsBySession(firstOnes(accepted));
    return [...this.#written].every(([sessionId, contents]) => (got.get(sessionId)?.length ?? 0) >= contents.length);
  }

  /**
   * Holds what the backend accepted, in its order and without repeated `webhook-id`s, against what was written: for each
   * session in which something is wrong the first difference, in words. Empty when nothing was lost, doubled, moved or
   * made unreadable, and each session's numbers have no gap.
   */
  compare(accepted: readonly Received[]): string[] {
    const first = firstOnes(accepted);
    const got = contentsBySession(first);
    const strangers = [...got.keys()].filter((sessionId) => !this.#written.has(sessionId));
    return [
      ...[...this.#written].flatMap(([sessionId, contents]) =>
        named(sessionId, difference(contents, got.get(sessionId) ?? [])),
      ),
      ...strangers.map((sessionId) => `${sessionId}: messages came to it, and nobody wrote any`),
      ...[...Map.groupBy(first, sessionOf)].flatMap(([sessionId, callbacks]) =>
        named(sessionId, gap(callbacks.map(({ headers }) => Number(headers['x-session-seq'])))),
      ),
    ];
  }
}

/** Of each `webhook-id` the callback that came first. */
export function firstOnes(accepted: readonly Received[]): Received[] {
  const seen = new Set<unknown>();
  return accepted.filter(({ headers }) => {
    const id = headers['webhook-id'];
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

/** Only the messages that people wrote. */
export function messagesOf(received: readonly Received[]): Received[] {
  return received.filter(({ path }) => path.endsWith('messages/received'));
}

/** What the messages of each session say; what has no text stands there as its type in brackets. */
function contentsBySession(received: readonly Received[]): Map<string, string[]> {
  const bySession = Map.groupBy(messagesOf(received), sessionOf);
  return new Map(
    [...bySession].map(([sessionId, messages]) => [
      sessionId,
      messages.map(({ body }) => (body.message_content as string | null) ?? `(${String(body.message_type)})`),
    ]),
  );
}

function sessionOf({ body }: Received): string {
  return body.session_id as string;
}

function named(sessionId: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${sessionId}: ${problem}`];
}

function difference(written: readonly string[], got: readonly string[]): string | undefined {
  const length = Math.max(written.length, got.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => written[index] !== got[index]);
  if (at === undefined) return undefined;
  const [due, came] = [written[at], got[at]];
  const place = `after ${at} right messages of ${written.length}`;
  if (due === undefined) return `${place} came another one, ${fateOf(came, got, at)}`;
  if (came === undefined) return `${place} nothing more came; “${due}” is the first that is missing`;
  return `${place} came “${came}” instead of “${due}”, which ${got.includes(due) ? whereIs(got.indexOf(due), at) : 'never came'}`;
}

function fateOf(came: string | undefined, got: readonly string[], at: number): string {
  const isTwice = came !== undefined && got.indexOf(came) < at;
  return `“${came}”, ${isTwice ? 'under a second webhook-id' : 'which nobody wrote'}`;
}

function whereIs(index: number, at: number): string {
  return index > at ? `came ${index - at} later` : 'had come before';
}

function gap(numbers: readonly number[]): string | undefined {
  const at = numbers.findIndex((number, index) => number !== index + 1);
  return at < 0 ? undefined : `the callback in place ${at + 1} has x-session-seq ${numbers[at]}`;
}
