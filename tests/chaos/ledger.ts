import type { Received } from '../harness/test-backend.ts';

/** The messages written to each session, in order, to compare with what the backend received. */
export class Ledger {
  readonly #written = new Map<string, string[]>();

  /** Records a message before it is sent. */
  note(sessionId: string, content: string): void {
    const contents = this.#written.get(sessionId);
    if (contents) contents.push(content);
    else this.#written.set(sessionId, [content]);
  }

  /** The number of messages written to one session, or to all. */
  count(sessionId?: string): number {
    if (sessionId !== undefined) return this.#written.get(sessionId)?.length ?? 0;
    return [...this.#written.values()].reduce((sum, contents) => sum + contents.length, 0);
  }

  /** Whether as many messages arrived as were written; {@link compare} finds what is wrong with them. */
  isFull(accepted: readonly Received[]): boolean {
    const got = contentsBySession(withoutRepeats(accepted));
    return [...this.#written].every(([sessionId, contents]) => (got.get(sessionId)?.length ?? 0) >= contents.length);
  }

  /**
   * Compares what the backend accepted, in order and without repeated `webhook-id`s, with what was written. Returns the
   * first difference of each session in words; empty when nothing was lost, duplicated, reordered or unreadable, and no
   * session's sequence numbers have a gap.
   */
  compare(accepted: readonly Received[]): string[] {
    const unique = withoutRepeats(accepted);
    const got = contentsBySession(unique);
    const strangers = [...got.keys()].filter((sessionId) => !this.#written.has(sessionId));
    return [
      ...[...this.#written].flatMap(([sessionId, contents]) =>
        named(sessionId, difference(contents, got.get(sessionId) ?? [])),
      ),
      ...strangers.map((sessionId) => `${sessionId}: messages arrived that nobody wrote`),
      ...[...Map.groupBy(unique, sessionOf)].flatMap(([sessionId, callbacks]) =>
        named(sessionId, gap(callbacks.map(({ headers }) => Number(headers['x-session-seq'])))),
      ),
    ];
  }
}

/** The first callback of each `webhook-id`. */
export function withoutRepeats(accepted: readonly Received[]): Received[] {
  const seen = new Set<unknown>();
  return accepted.filter(({ headers }) => {
    const id = headers['webhook-id'];
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

/** The received messages among all callbacks. */
export function messagesOf(received: readonly Received[]): Received[] {
  return received.filter(({ path }) => path.endsWith('messages/received'));
}

/** The contents of each session's messages; a message without text is represented by its type in brackets. */
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
  const [expected, came] = [written[at], got[at]];
  const where = `after ${at} of ${written.length} messages`;
  if (expected === undefined) return `${where} came another one, ${originOf(came, got, at)}`;
  if (came === undefined) return `${where} nothing more came; “${expected}” is the first that is missing`;
  const fate = got.includes(expected) ? fateOf(got.indexOf(expected), at) : 'never came';
  return `${where} came “${came}” instead of “${expected}”, which ${fate}`;
}

function originOf(came: string | undefined, got: readonly string[], at: number): string {
  const isTwice = came !== undefined && got.indexOf(came) < at;
  return `“${came}”, ${isTwice ? 'under a second webhook-id' : 'which nobody wrote'}`;
}

function fateOf(index: number, at: number): string {
  return index > at ? `came ${index - at} later` : 'had come before';
}

function gap(numbers: readonly number[]): string | undefined {
  const at = numbers.findIndex((number, index) => number !== index + 1);
  return at < 0 ? undefined : `callback number ${at + 1} has x-session-seq ${numbers[at]}`;
}
