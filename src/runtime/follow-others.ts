import type { ClusterNode } from '../cluster/cluster-node.ts';
import { Versions } from '../cluster/versions.ts';
import type { ApiKeys, BrowserTokens } from '../http/server.ts';
import type { Logger } from '../kit/logger.ts';
import type { PrometheusMetrics } from '../metrics/prometheus.ts';
import type { DownloadSetting } from '../sessions/media/download-setting.ts';
import type { SubscriptionService } from '../webhooks/subscriptions/subscription-service.ts';

/** What each node has a copy of, or shows of the others. */
export interface Followers {
  keys: ApiKeys;
  settings: DownloadSetting;
  tokens: BrowserTokens;
  webhooks: SubscriptionService;
  metrics: PrometheusMetrics;
}

/** Takes over what other nodes change: keys, settings and webhooks with the next beat, tokens with the next look. */
export function followOthers(
  node: ClusterNode,
  { keys, settings, tokens, webhooks, metrics }: Followers,
  log: Logger,
): void {
  const reloadKeys = async () => {
    for (const keyId of await keys.reload()) await tokens.revokeIssuedBy(keyId);
  };
  const reloadSettings = async () => {
    await Promise.all([settings.reload(), webhooks.reload()]);
  };
  const versions = new Versions({ keys: reloadKeys, settings: reloadSettings }, log.child({ part: 'cluster' }));
  node.onVersions((seen) => void versions.saw(seen));
  tokens.follow();
  metrics.cluster?.watch(node);
}
