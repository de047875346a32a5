/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself while it rotates its
 * master key, right before or right after the commit (`DIES_AT`).
 */
import Database from 'better-sqlite3';
import { DataKeys } from '../../../src/storage/sqlite/encryption/data-keys.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

const dataKeys = DataKeys.prototype as unknown as { rewrap: Method };
const databases = Database.prototype as unknown as { transaction: Method };
const { rewrap } = dataKeys;
const { transaction } = databases;
let isChanging = false;

dataKeys.rewrap = function (...args) {
  isChanging = true;
  return rewrap.apply(this, args);
};

databases.transaction = function (work) {
  const committing = transaction.call(this, (...args: unknown[]) => {
    const result = (work as Method)(...args);
    dieAt('before-commit');
    return result;
  }) as Method;
  return (...args: unknown[]) => {
    const result = committing(...args);
    dieAt('after-commit');
    return result;
  };
};

function dieAt(moment: 'before-commit' | 'after-commit'): void {
  if (isChanging && process.env.DIES_AT === moment) process.kill(process.pid, 'SIGKILL');
}
