/** A received event. */
export interface LiveEvent {
  event: string;

  data: any;
}

/** A real client of the stream of live events. */
export class EventReader implements AsyncDisposable {
  readonly response: Response;
  /** All received events, in order. */
  readonly events: LiveEvent[] = [];
  /** The number of received comments. */
  comments = 0;
  /** Resolves when the stream has ended or was cut. */
  readonly ended: Promise<'ended' | 'cut'>;
  readonly #abort: AbortController;
  readonly #checks = new Set<() => void>();
  #taken = 0;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read().then(
      () => 'ended',
      () => 'cut',
    );
  }

  /** Opens the stream at this URL. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  /** Resolves with the next matching event; each call continues after the previous result, skipped events included. */
  next(name: string, fits: (data: any) => boolean = () => true): Promise<any> {
    return this.#when(() => {
      const at = this.events.findIndex(({ event, data }, i) => i >= this.#taken && event === name && fits(data));
      if (at < 0) return undefined;
      this.#taken = at + 1;
      return { data: this.events[at]!.data as unknown };
    }).then(({ data }) => data);
  }

  /** Resolves when this many comments have arrived. */
  async untilComments(count: number): Promise<void> {
    await this.#when(() => (this.comments >= count ? true : undefined));
  }

  /** Closes the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  #when<Found>(look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        this.#checks.delete(check);
        resolve(found);
      };
      this.#checks.add(check);
      void this.ended.then(() => {
        if (this.#checks.delete(check))
          reject(new Error(`The stream ended; its events were ${JSON.stringify(this.events)}`));
      });
      check();
    });
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of this.response.body ?? []) {
      const blocks = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      blocks.forEach((block) => this.#take(block));
      this.#checks.forEach((check) => check());
    }
  }

  #take(block: string): void {
    const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
    if (event !== undefined && data !== undefined) this.events.push({ event, data: JSON.parse(data) as unknown });
    if (block.startsWith(':')) this.comments += 1;
  }
}
