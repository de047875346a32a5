/** A linked account, and a person who writes to it. */
export interface Account {
  /** The phone number of the account, digits only. */
  readonly number: string;
  /** The phone number of the person, digits only. */
  readonly friend: string;
}

/** A process under test that holds accounts: the orchestrator, or bare Baileys. */
export interface Contestant extends AsyncDisposable {
  readonly pid: number;
  /** All its processes, if it has several. */
  readonly pids?: readonly number[];
  readonly accounts: readonly Account[];
  /** Starts a CPU profile of the process, or stops it and writes the file. Requires a process with profiling set up. */
  toggleProfile(): void;
  /** Starts a pairing. */
  offer(account: Account): Promise<Offer>;
  /** Resolves once `count` messages have reached their destination in total. */
  untilArrived(count: number): Promise<void>;
  /** The arrival of each message at its destination, by message id, in ms of the shared clock. */
  arrivals(): Promise<Map<string, number>>;
  /** Sends texts, each once the previous one is acknowledged. Resolves with the duration of each, in ms. */
  send(account: Account, text: string, count: number): Promise<number[]>;
}

/** A QR to scan. */
export interface Offer {
  readonly account: Account;
  readonly qr: string;
  /** Resolves once the account is connected. */
  readonly untilLinked: () => Promise<void>;
}
