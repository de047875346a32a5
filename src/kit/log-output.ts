import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** Where bytes of the log go. Both report a failure to `lost`; neither throws. */
interface Output {
  /** Takes a text at once, or keeps it until there is room. */
  write(text: string, lost: () => void): void;
  /** How many bytes are kept. */
  readonly waiting: number;
  /** Resolves when what is kept now is written. */
  flushed(): Promise<void>;
}

/** So many bytes are kept for a reader that is slow; more are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const STDOUT = 1;

/**
 * The destination of the log. A line that cannot be written, because the disk is full or because nobody reads, is dropped and
 * counted: a log must neither stop the process nor make it fail.
 */
export class LogOutput extends Writable {
  readonly #output: Output;
  /** Called with the number of lines that were dropped, when one could be written again. */
  onRecovered: (dropped: number) => void = () => undefined;
  #dropped = 0;
  #droppedInARow = 0;

  constructor(output: Output) {
    super({ decodeStrings: false });
    this.#output = output;
  }

  /** How many lines were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Resolves when everything so far is written: never, if nobody reads. */
  flushed(): Promise<void> {
    return this.#output.flushed();
  }

  override _write(line: string | Buffer, _: BufferEncoding, done: () => void): void {
    this.#put(line.toString());
    done();
  }

  #put(line: string): void {
    const before = this.#dropped;
    if (this.#output.waiting > MAX_WAITING_BYTES) this.#lost();
    else this.#output.write(line, () => this.#lost());
    const missing = this.#droppedInARow;
    if (this.#dropped > before || missing === 0) return;
    this.#droppedInARow = 0;
    this.onRecovered(missing);
  }

  #lost(): void {
    this.#dropped += 1;
    this.#droppedInARow += 1;
  }
}

/** The standard output of the process: a file, or a stream that somebody reads. */
export function standardOutput(): LogOutput {
  const stats = fstatSync(STDOUT);
  const isStream = stats.isFIFO() || stats.isSocket() || process.stdout.isTTY;
  return new LogOutput(isStream ? streamOutput(process.stdout) : fileOutput(STDOUT));
}

/** Writes to a file at once. A line that was cut off by a full disk is ended before the next one. */
export function fileOutput(fd: number): Output {
  let isCutOff = false;
  return {
    waiting: 0,
    flushed: () => Promise.resolve(),
    write(text, lost) {
      try {
        const bytes = Buffer.from(isCutOff ? `\n${text}` : text);
        for (let at = 0; at < bytes.length; at += writeSync(fd, bytes, at)) isCutOff = at > 0 || isCutOff;
        isCutOff = false;
      } catch {
        lost();
      }
    },
  };
}

/** Writes to a stream whose reader may be slow, or gone. */
function streamOutput(stream: Writable): Output {
  // Each failed write says so itself.
  stream.on('error', () => undefined);
  return {
    get waiting() {
      return stream.writableLength;
    },
    flushed: () => new Promise((resolve) => stream.write('', () => resolve())),
    write(text, lost) {
      stream.write(text, (error) => {
        if (error) lost();
      });
    },
  };
}
