import { OperatorError } from '../kit/operator-error.ts';

/** A store in which another program keeps its sessions. It is only read, and everything in it may be made up. */
export interface ForeignStore extends AsyncDisposable {
  /** As messages name it, without passwords. */
  readonly name: string;
  /**
   * Everything in it that may be a session.
   * @throws ForeignStoreError
   */
  sessions(): AsyncIterable<ForeignSession>;
}

/** What may be a session of another program. */
export interface ForeignSession {
  /** As messages name it: without control characters, and short. */
  name: string;
  /**
   * Its credentials, in Baileys' JSON.
   * @throws UnusableSessionError
   */
  credentials(): Promise<string>;
  /**
   * Its keys, some at a time.
   * @throws UnusableSessionError
   */
  keys(): AsyncIterable<ForeignKey[]>;
}

/** One of Baileys' keys, as another program stores it. */
export interface ForeignKey {
  /** `<type>-<id>`. */
  name: string;
  /** Whether the name was made fit for a file, in which `/` is `__` and `:` is `-`. */
  isFileName: boolean;
  /** Baileys' JSON; `undefined` when it is too long or cannot be read. */
  text: string | undefined;
}

/** The name of a session as a person sees it: whoever chose it must not write on the terminal. */
export function shownName(name: string): string {
  const plain = name.slice(0, MAX_NAME).replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
  return plain.trim() === '' ? '(without a name)' : plain;
}

const MAX_NAME = 100;

/** Thrown when another program's store cannot be read at all. */
export class ForeignStoreError extends OperatorError {
  override readonly name = 'ForeignStoreError';
}

/** Why one session cannot be imported. The message ends a sentence about it. */
export class UnusableSessionError extends Error {
  override readonly name = 'UnusableSessionError';
}

/** The longest credentials, in bytes. */
export const MAX_CREDENTIALS_BYTES = 1024 * 1024;
/** The longest key, in bytes: a large account's state of the app. */
export const MAX_KEY_BYTES = 8 * 1024 * 1024;
/** The most keys of a session. */
export const MAX_KEYS = 1_000_000;
/** The most sessions of a store. */
export const MAX_FOUND = 10_000;
