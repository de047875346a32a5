import type { Phone } from '../../../../simulator/phones/phone.ts';
import type { Dice } from '../../dice.ts';
import type { Size } from '../../scenario.ts';
import type { Account, Stage } from '../../stage.ts';

/** The parameters of the scenario `hostile`. */
export interface HostileSize extends Size {
  accounts: number;
  /** How often each hostility is repeated. */
  times: number;
  /** The longest pause between what ordinary people write, to each account. */
  pauseMs: number;
  /** The longest wait for what must happen. */
  patienceMs: number;
  /** 1 plays the long acts too. */
  long: number;
}

/** Where hostilities take place: while ordinary people write to every account. */
export interface Scene {
  stage: Stage;
  /** The account that is attacked; the others must not even notice. */
  account: Account;
  /** A stranger who writes to the account. Nothing of it may look like the texts of ordinary people, such as `00/12`. */
  fiend: Phone;
  size: HostileSize;
  dice: Dice;
}

/** What came of an {@link Act}. */
export interface Played {
  /** How many hostile things were done, and what became of them: `30 forged messages, 30 told as undecryptable`. */
  figure: string;
  /** The broken promises, in words; empty when all held. */
  problems: string[];
  /** What is to be seen only after all acts, in which the process is killed and started again: the broken promises. */
  lastly?: () => Promise<string[]>;
}

/** One kind of hostility. It leaves the stage as it found it: no fault, no hostile backend, everybody connected. */
export interface Act {
  name: string;
  /** It takes seconds, and what it proves has a test of its own. */
  isLong?: true;
  play(scene: Scene): Promise<Played>;
}
