import type { Config } from '../config/config.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import { createNotifications, type NotificationsDeps } from './notifications/create-notifications.ts';
import { Updates } from './updates.ts';

/** What is told to the operator alone. */
export interface OperatorNews extends AsyncDisposable {
  api: { notifications: Awaited<ReturnType<typeof createNotifications>>; updates: Updates };
  /** Looks from now on. */
  start(): void;
}

/** What it is built on. */
interface OperatorNewsDeps extends Pick<NotificationsDeps, 'sessions' | 'health' | 'metrics'> {
  storage: { settings: NotificationsDeps['store'] };
  /** What makes this process one of several nodes, if it is. */
  member: { node: NonNullable<NotificationsDeps['node']> } | null;
}

/** Puts together what tells the operator that something needs attention, and that there is a newer version. */
export async function createOperatorNews(
  config: Config,
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  { storage: { settings: store }, member, ...told }: OperatorNewsDeps,
): Promise<OperatorNews> {
  const part = (name: string) => ({ store, clock, log: log.child({ part: name }) });
  const notifications = await createNotifications(config.notifications, {
    ...{ ...told, node: member?.node, random },
    ...part('notifications'),
  });
  const updates = new Updates({ url: config.updateCheckUrl, ...part('updates') });
  return {
    api: { notifications, updates },
    start() {
      notifications.start();
      updates.start();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([notifications[Symbol.asyncDispose](), updates[Symbol.asyncDispose]()]);
    },
  };
}
