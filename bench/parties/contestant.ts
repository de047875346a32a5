/** An account that is linked, and somebody who writes to it. */
export interface Account {
  /** Digits. */
  readonly number: string;
  readonly friend: string;
}

/** Who is measured: a process that holds accounts. */
export interface Contestant extends AsyncDisposable {
  readonly pid: number;
  readonly accounts: readonly Account[];
  /** Begins a CPU profile of the process, or writes it to its file; to be called only where profiles are wanted. */
  toggleProfile(): void;
  /** Begins a pairing; what it answers ends it. */
  offer(account: Account): Promise<Offer>;
  /** Resolves when so many messages in all have arrived where they are for. */
  untilArrived(count: number): Promise<void>;
  /** When each message arrived there, in ms of the shared clock, by its id. */
  arrivals(): Promise<Map<string, number>>;
  /** Sends texts, each when the one before was acknowledged; resolves with how long each took, in ms. */
  send(account: Account, text: string, count: number): Promise<number[]>;
}

/** A QR to scan. */
export interface Offer {
  readonly account: Account;
  readonly qr: string;
  /** Resolves when the account is connected. */
  readonly untilLinked: () => Promise<void>;
}
