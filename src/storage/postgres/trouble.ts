import { StorageUnavailableError } from '../../domain/errors.ts';
import { StorageInUseError } from '../shared/errors.ts';

/**
 * PostgreSQL's codes for trouble that passes, or that an operator ends: lost connections (08), no resources, a full disk (53), an
 * intervention or a shutdown (57P), a failed disk (58), a transaction that was ended or must be repeated, a standby.
 */
const TROUBLE = /^(08|53|57P0|58|25P0[34]|25006|40001|40P01|57014|55P03|XX00[12])/;
/** The codes of Node for connections that fail. */
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT|ERR_SOCKET)/;
/** What the driver says, without a code, when a connection is lost. */
const LOST =
  /^(Connection terminated|timeout e(xpired|xceeded)|Client has encountered|Client was closed|Query read timeout|The connection)/;

/** This node must write nothing of its sessions: others may take them over soon. */
export class LeaseOverError extends Error {
  override readonly name = 'LeaseOverError';

  constructor() {
    super('The lease of this node is over');
  }
}

/** Whether the same work may succeed later: the database is away, not the work wrong. */
export function isTrouble(error: unknown): boolean {
  // After a lost connection, somebody else may have the database for a while.
  if (error instanceof StorageInUseError || error instanceof LeaseOverError) return true;
  if (error instanceof AggregateError) return error.errors.some(isTrouble);
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return TROUBLE.test(code) || NETWORK.test(code);
  return typeof message === 'string' && LOST.test(message);
}

/** The error to throw in place of this one: `StorageUnavailableError` for trouble with the database. */
export function namedError(error: unknown): Error {
  return isTrouble(error) ? new StorageUnavailableError(error) : (error as Error);
}
