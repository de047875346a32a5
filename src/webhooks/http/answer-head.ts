import { BadAnswerError } from './bad-answer.ts';

/** The head of a response. */
export interface AnswerHead {
  status: number;
  /** Whether it is HTTP/1.0, whose connections end with the response. */
  isOld: boolean;
  /** The fields that count, by lower-case name. */
  fields: ReadonlyMap<string, string>;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
/** Said twice, they are put together: two lengths are none. */
const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection']);
const COUNTS: ReadonlySet<string> = new Set([...FRAMING, 'date', 'retry-after', 'keep-alive']);

/**
 * Reads the head of a response, without the empty line behind it.
 * @throws BadAnswerError when it is not HTTP/1
 */
export function headOf(text: string): AnswerHead {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined) throw new BadAnswerError();
  const fields = new Map<string, string>();
  for (const line of lines) addField(fields, line);
  return { status: Number(status), isOld: minor === '0', fields };
}

function addField(fields: Map<string, string>, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!COUNTS.has(name)) {
    if (!NAME.test(name)) throw new BadAnswerError();
    return;
  }
  const value = line.slice(colon + 1).trim();
  const before = fields.get(name);
  if (before === undefined) fields.set(name, value);
  else if (FRAMING.has(name)) fields.set(name, `${before},${value}`);
}
