/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself at a chosen point of
 * a message's path. It wraps methods of the libraries and of the SQLite storage, and changes nothing of what they do.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { SessionCipher } from 'libsignal';
import { WebSocket } from 'ws';
import { SqliteCallbackQueue } from '../../../src/storage/sqlite/callbacks/callback-queue.ts';
import { Outbox, type Outgoing } from '../../../src/storage/sqlite/callbacks/outbox.ts';
import { GroupCommit } from '../../../src/storage/sqlite/group-commit.ts';
import { SqliteJournal } from '../../../src/storage/sqlite/signal/journal.ts';
import { SqliteSignalKeyStore } from '../../../src/storage/sqlite/signal/signal-keys.ts';
import { ARMED, type KillPoint, KILLED } from '../kill-point.ts';

type Method = (this: any, ...args: unknown[]) => unknown;

const { CHAOS_POINT, CHAOS_KIND, CHAOS_ARMED, CHAOS_NO_JOURNAL } = process.env;

let isArmed = CHAOS_ARMED === 'true';
/** The encryption of the current ciphertext: a sender key unless libsignal's cipher is called. */
let kind = 'skmsg';
/** The progress of the chosen message; when armed from the start, any message will do. */
let progress: 'none' | 'written' | 'journaled' = isArmed ? 'journaled' : 'none';
/** Whether its callback is stored, perhaps in the same commit. */
let isQueued = false;
/** Whether Baileys has sent a frame since it was written. */
let hasSent = false;

process.on('SIGUSR2', () => {
  isArmed = true;
  say(ARMED);
});

watchCiphers();
watchJournal();
watchCallbacks();
watchCommits();
watchFrames();

function dieAt(point: KillPoint): void {
  if (!isArmed || point !== CHAOS_POINT) return;
  say(`${KILLED} ${point} ${CHAOS_KIND ?? ''}`);
  process.kill(process.pid, 'SIGKILL');
}

function say(text: string): void {
  writeSync(2, `${text}\n`);
}

function watchCiphers(): void {
  const noting = (its: string) => (original: Method) =>
    function (this: unknown, ...args: unknown[]) {
      kind = its;
      return original.apply(this, args);
    };
  around(SessionCipher.prototype, 'decryptPreKeyWhisperMessage', noting('pkmsg'));
  around(SessionCipher.prototype, 'decryptWhisperMessage', noting('msg'));
}

function watchJournal(): void {
  around(
    SqliteJournal.prototype,
    'add',
    (add) =>
      function (this: unknown, ...args: unknown[]) {
        if (!CHAOS_NO_JOURNAL) add.apply(this, args);
        journalIsWritten();
      },
  );
  // Its work is done when it returns, and not committed yet.
  around(
    SqliteSignalKeyStore.prototype,
    'set',
    (set) =>
      function (this: unknown, ...args: unknown[]) {
        const committed = set.apply(this, args);
        if (progress === 'written') dieAt('before-journal');
        return committed;
      },
  );
}

function watchCallbacks(): void {
  around(
    Outbox.prototype,
    'commit',
    (commit) =>
      function (this: unknown, ...args: unknown[]) {
        const { events } = args[1] as Outgoing;
        if (events.length > 0) callbackIsStored();
        return commit.apply(this, args);
      },
  );
  around(
    SqliteCallbackQueue.prototype,
    'delivered',
    (delivered) =>
      function (this: unknown, ...args: unknown[]) {
        if (isQueued) dieAt('after-post');
        return delivered.apply(this, args);
      },
  );
}

function watchCommits(): void {
  around(
    GroupCommit.prototype,
    'flush',
    (flush) =>
      function (this: unknown, ...args: unknown[]) {
        if (progress === 'written' && isQueued) dieAt('before-commit');
        flush.apply(this, args);
        committed();
      },
  );
}

function journalIsWritten(): void {
  if (isArmed && kind === CHAOS_KIND && progress === 'none') progress = 'written';
  kind = 'skmsg';
}

function callbackIsStored(): void {
  if (progress !== 'none') isQueued = true;
}

function committed(): void {
  if (progress === 'written') {
    progress = 'journaled';
    dieAt('after-journal');
  }
  if (isQueued) dieAt('after-callback');
  // Its webhook came too late for the commit, as when something else is just being stored: the next message may do.
  if (CHAOS_POINT === 'before-commit') [progress, isQueued] = ['none', false];
}

/** Frames wait in front of the socket until what they say is stored. */
function watchFrames(): void {
  const sockets = new WeakSet<object>();
  around(WebSocket.prototype, 'setSocket', (setSocket) => {
    return function (this: unknown, ...args: unknown[]) {
      sockets.add(args[0] as object);
      return setSocket.apply(this, args);
    };
  });
  around(WebSocket.prototype, 'send', (send) => {
    return function (this: unknown, ...args: unknown[]) {
      if (progress !== 'none') hasSent = true;
      return send.apply(this, args);
    };
  });
  for (const name of ['_write', '_writev']) {
    around(Socket.prototype, name, (write) => {
      return function (this: object, ...args: unknown[]) {
        const result = write.apply(this, args);
        if (progress === 'journaled' && hasSent && sockets.has(this)) dieAt('after-receipt');
        return result;
      };
    });
  }
}

/** Wraps a method. */
function around(owner: object, name: string, make: (original: Method) => Method): void {
  const methods = owner as Record<string, Method | undefined>;
  const original = methods[name];
  if (!original) throw new Error(`There is no ${name} any more.`);
  methods[name] = make(original);
}
