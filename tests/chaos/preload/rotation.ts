/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself while it rotates its
 * master key, right before or right after the commit (`DIES_AT`).
 */
import Database from 'better-sqlite3';

type Method = (this: unknown, ...args: unknown[]) => unknown;

const statements = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1')) as { run: Method };
const databases = Database.prototype as unknown as { transaction: Method };
const { run } = statements;
const { transaction } = databases;
let isChanging = false;

statements.run = function (this: { source: string }, ...args) {
  isChanging ||= this.source.startsWith('UPDATE data_keys');
  return run.apply(this, args);
} as Method;

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
