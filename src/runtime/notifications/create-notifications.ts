import type { NotificationSettings } from '../../config/notification-settings.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import { emailChannel } from './channels/email.ts';
import { ntfyChannel } from './channels/ntfy.ts';
import { webhookChannel } from './channels/webhook.ts';
import { Courier, type CourierDeps } from './courier.ts';
import { Notifications, type NotificationsDeps as Deps } from './notifications.ts';
import { loadSpanish } from './spanish.ts';

/** What notifications are built on. */
export interface NotificationsDeps
  extends Pick<Deps, 'sessions' | 'health' | 'store'>, Pick<CourierDeps, 'metrics' | 'clock' | 'random' | 'log'> {
  /** This node, if it is one of several. */
  node: Pick<ClusterNode, 'state' | 'isReady'> | undefined;
}

/** Notifies nobody where no channel is set. */
export async function createNotifications(
  settings: NotificationSettings | null,
  { metrics, node, ...deps }: NotificationsDeps,
): Promise<Notifications> {
  const { clock, random, log } = deps;
  const { webhook, email, ntfy, languages = [], afterMs = 0 } = settings ?? {};
  const channels = [
    ...(webhook ? [webhookChannel(webhook, clock)] : []),
    ...(email ? [emailChannel(email, clock)] : []),
    ...(ntfy ? [ntfyChannel(ntfy, clock)] : []),
  ];
  return new Notifications({
    ...{ ...deps, afterMs, languages },
    spanish: languages.includes('es') ? await loadSpanish() : (sentence) => sentence,
    couriers: channels.map((channel) => new Courier(channel, { metrics, clock, random, log })),
    isTeller: () => node === undefined || isFirst(node),
  });
}

/** Of all nodes that live and stay, the first by name tells, for all. */
function isFirst({ isReady, state: { nodeId, nodes } }: Pick<ClusterNode, 'state' | 'isReady'>): boolean {
  const names = nodes.filter(({ isLost, isDraining }) => !isLost && !isDraining).map((node) => node.nodeId);
  return isReady && names.toSorted()[0] === nodeId;
}
