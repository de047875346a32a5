import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Clock, Timer } from '../kit/clock.ts';
import type { RemoteNode } from '../ports/cluster.ts';
import type { PeerClient } from './peer-client.ts';

/** Where a node tells the others of its sessions, on its internal port. */
export const FEED_PATH = '/cluster/sessions';

/** How long nothing complete may come: a node sends an empty item every five seconds. */
const SILENCE_MS = 15_000;
/** How long one item may be: far longer than any session or message. */
const MAX_ITEM_LENGTH = 256 * 1024;
/** How many characters may come within ten seconds: all that is known of 20,000 sessions, and what happens to them. */
const MAX_LENGTH = 16 * 1024 * 1024;
const WINDOW_MS = 10_000;

/** The dependencies of {@link FeedReader}. */
export interface FeedReaderDeps {
  client: Pick<PeerClient, 'open'>;
  clock: Clock;
  /** Called with each item, parsed. What it throws ends the stream. */
  onItem: (item: unknown) => void;
  /** Called once, when the stream is over, unless {@link FeedReader.stop} has ended it. */
  onEnd: (reason: Error) => void;
}

/** Reads one stream of another node: JSON, an item a line. It ends when the node stalls, floods, or sends something else. */
export class FeedReader {
  readonly #deps: FeedReaderDeps;
  readonly #request: ClientRequest;
  #silence: Timer;
  /** The beginning of an item whose end has not come. */
  #rest = '';
  #windowEndsAtMs = -Infinity;
  #length = 0;
  #isOver = false;

  /** @throws that of a certificate that cannot be read */
  constructor(node: RemoteNode, deps: FeedReaderDeps) {
    this.#deps = deps;
    this.#request = deps.client.open(node, { method: 'GET', url: FEED_PATH, headers: [] });
    this.#silence = this.#watch();
    this.#request.once('response', (answer) => this.#read(answer)).on('error', (error) => this.#end(error));
    this.#request.end();
  }

  /** Closes the stream without a word. */
  stop(): void {
    this.#isOver = true;
    this.#silence.cancel();
    this.#request.destroy();
  }

  #read(answer: IncomingMessage): void {
    answer.once('close', () => this.#end(new Error('The node has ended its stream')));
    if (answer.statusCode !== 200) {
      this.#end(new Error(`The node answers ${answer.statusCode}`));
      return;
    }
    answer.setEncoding('utf8').on('data', (text: string) => {
      if (this.#isOver) return;
      try {
        this.#count(text.length);
        this.#take(text);
      } catch (error) {
        this.#end(error as Error);
      }
    });
  }

  #take(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1 && !this.#isOver; at = text.indexOf('\n', from)) {
      const item = this.#rest + text.slice(from, at);
      this.#rest = '';
      from = at + 1;
      this.#silence.cancel();
      this.#silence = this.#watch();
      if (item !== '') this.#deps.onItem(parsed(item));
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > MAX_ITEM_LENGTH) throw new Error('The node sends an item without an end');
  }

  #count(length: number): void {
    const nowMs = this.#deps.clock.monotonic();
    if (nowMs >= this.#windowEndsAtMs) {
      this.#windowEndsAtMs = nowMs + WINDOW_MS;
      this.#length = 0;
    }
    this.#length += length;
    if (this.#length > MAX_LENGTH) throw new Error('The node sends more than can happen to sessions');
  }

  #watch(): Timer {
    return this.#deps.clock.after(SILENCE_MS, () => this.#end(new Error('The node fell silent')));
  }

  #end(reason: Error): void {
    if (this.#isOver) return;
    this.stop();
    this.#deps.onEnd(reason);
  }
}

/** What a node has sent is not repeated in the log: it may be somebody's message. */
function parsed(item: string): unknown {
  try {
    return JSON.parse(item);
  } catch {
    throw new Error('The node sends something that is not JSON');
  }
}
