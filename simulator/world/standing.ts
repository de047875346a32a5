/** A ban on writing to strangers. Times are Unix ms. */
export interface Timelock {
  readonly untilMs: number;
  readonly enforcement?: string | undefined;
  /** Whether the server refuses messages, but says `null` when it is asked for the reason. */
  readonly isSecret?: boolean | undefined;
}

/** How many new chats the account may begin until a time (Unix ms). */
export interface NewChatCap {
  readonly limit: number;
  readonly used?: number | undefined;
  readonly resetsAtMs: number;
}

/** From which part of the limit on the server warns (AB prop 18967 says 50 % for the first warning). */
const WARNINGS = { first: 0.5, second: 0.9 };

/** How the server treats an account that writes to strangers. */
export class Standing {
  timelock: Timelock | undefined;
  #cap: NewChatCap | undefined;
  /** The accounts that it wrote to in this cycle. */
  #begun = new Set<object>();

  /** The limit of new chats, if there is one; setting it begins a new cycle. */
  get cap(): NewChatCap | undefined {
    return this.#cap && { ...this.#cap, used: this.used };
  }

  set cap(cap: NewChatCap | undefined) {
    this.#cap = cap;
    this.#begun = new Set();
  }

  /** The new chats of this cycle. */
  get used(): number {
    return (this.#cap?.used ?? 0) + this.#begun.size;
  }

  /** How far the account has got, in the server's words. */
  get cappingStatus(): 'NONE' | 'FIRST_WARNING' | 'SECOND_WARNING' | 'CAPPED' {
    const part = this.#cap ? this.used / this.#cap.limit : 0;
    if (part >= 1) return 'CAPPED';
    if (part >= WARNINGS.second) return 'SECOND_WARNING';
    return part >= WARNINGS.first ? 'FIRST_WARNING' : 'NONE';
  }

  /** Whether the account may write to somebody whose token it does not have. */
  mayBegin(stranger: object, nowMs: number): boolean {
    if (this.timelock && this.timelock.untilMs > nowMs) return false;
    return this.cappingStatus !== 'CAPPED' || this.#begun.has(stranger);
  }

  /** The account wrote to a stranger. Returns whether that changed how far it has got. */
  begin(stranger: object): boolean {
    const before = this.cappingStatus;
    if (this.#cap) this.#begun.add(stranger);
    return this.cappingStatus !== before;
  }
}
