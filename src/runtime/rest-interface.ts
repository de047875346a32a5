import type { Config } from '../config/config.ts';
import { addressees, createHttpApp, type HttpApp, type HttpAppDeps } from '../http/server.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Storage } from '../ports/storage.ts';
import type { Connector } from '../ports/connection.ts';
import { ForgetPerson } from '../sessions/history/forget-person.ts';
import type { SessionManager } from '../sessions/session-manager.ts';
import { VERSION } from '../version.ts';

/** What the REST interface is built on. */
export interface RestDeps extends Pick<
  HttpAppDeps,
  | 'media'
  | 'scheduled'
  | 'settings'
  | 'webhooks'
  | 'health'
  | 'metrics'
  | 'keys'
  | 'tokens'
  | 'audit'
  | 'drafts'
  | 'notifications'
  | 'updates'
  | 'cluster'
  | 'files'
> {
  sessions: SessionManager;
  storage: Storage;
  connector: Pick<Connector, 'personOf'>;
}

/** Builds the REST interface, with the dashboard and the reference. */
export function createRest(
  { http, inForce, sessions: { authDir } }: Config,
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  { storage, connector, ...parts }: RestDeps,
): HttpApp {
  const { apiKeys, rateLimit, trustProxy, corsOrigin, allowedHosts, mcp, dashboard, compressedBodies } = http;
  const { people: store, scheduledMessages: scheduled, sentMessages: sent, drafts } = storage;
  return createHttpApp({
    ...parts,
    people: new ForgetPerson({ store, scheduled, sent, drafts, connector, sessions: parts.sessions, addressees }),
    ...{ version: VERSION, history: parts.sessions.history, labels: parts.sessions.labels },
    ...{ clock, random, log: log.child({ part: 'http' }) },
    ...{ callbacks: storage.archive, answers: storage.idempotency },
    ...{ masterKey: storage.masterKey, backup: storage.backup, authDir, inForce },
    ...{ apiKeys, rateLimit, trustProxy, corsOrigins: corsOrigin, allowedHosts, mcp, dashboard, compressedBodies },
  });
}
