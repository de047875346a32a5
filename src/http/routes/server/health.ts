import { z } from 'zod';
import { maySeeNodes, maySeeWebhooks } from '../../access/caller.ts';
import type { SubscriptionHealth } from '../../../ports/subscriptions.ts';
import type { HealthReport } from '../../core.ts';
import { bodyOf } from '../../views/health-body.ts';
import { route } from '../../route.ts';

const count = z.int().nonnegative();
const seconds = z.int().nonnegative();

const cluster = z.strictObject({
  nodeId: z.string().meta({ description: 'The node that answers.' }),
  secondsSinceLook: seconds
    .nullable()
    .meta({ description: 'Since the database last said who lives: more than a few while it is away.' }),
  unowned: count.nullable().meta({ description: 'Sessions that no living node owns; null while that is not known.' }),
  nodes: z.array(
    z.strictObject({
      nodeId: z.string(),
      version: z.string(),
      sessions: count.meta({ description: 'How many sessions it runs.' }),
      draining: z.boolean().meta({ description: 'It hands its sessions over, and ends.' }),
      lost: z
        .boolean()
        .meta({ description: 'It has been silent for most of the lease, or was lost in the last ten minutes.' }),
      secondsSinceBeat: seconds.meta({ description: 'Since it last showed that it lives.' }),
    }),
  ),
});

const webhook = z.strictObject({
  webhookId: z.string(),
  name: z.string(),
  paused: z.boolean(),
  failing: z.boolean().meta({
    description:
      'Something is pending, and it has accepted nothing for a minute, or holds up a session for ten minutes.',
  }),
  behind: z
    .boolean()
    .meta({ description: 'It is not paused, and its oldest event has waited for ten minutes or more.' }),
  lastError: z.string().nullable().meta({ description: 'Why the last attempt failed; null once one has succeeded.' }),
  pending: count,
  oldestPendingSeconds: seconds,
  deadLettered: count,
});

const sink = z.strictObject({ pending: count, oldestPendingSeconds: seconds });

/** `GET /health`: for load balancers and people. Public, so it never contains secrets. */
export const health = route({
  method: 'get',
  path: '/health',
  scope: 'none',
  isProbe: true,
  summary: 'Get the health of the server',
  description:
    'Needs no key. "ok" if all is well, "degraded" (still 200) if a person should look at the listed problems, and "error" ' +
    '(503) if the server cannot do its work. Callers with the scope admin also see how each webhook of POST /webhooks is doing. ' +
    'With CLUSTER_NODE_ID, callers with a key that is not limited to some sessions also see ' +
    'the nodes, as the one that answers knows them.',
  answer: z.strictObject({
    success: z.boolean(),
    status: z.enum(['ok', 'degraded', 'error']),
    uptime: z.number().nonnegative().meta({ description: 'Seconds since the start.' }),
    version: z.string(),
    sessions: z.strictObject({ connecting: count, connected: count, disconnected: count, error: count }),
    callbacks: z.strictObject({
      pending: count,
      deadLettered: count,
      oldestPendingSeconds: z.number().nonnegative(),
    }),
    backend: z.enum(['unknown', 'up', 'down']).meta({ description: 'Whether the main backend accepts callbacks.' }),
    problems: z.array(z.string()).meta({ description: 'Human-readable sentences.' }),
    webhooks: z.array(webhook).optional().meta({
      description: 'Only where there are any, and for callers who may see GET /webhooks. Up to ten seconds old.',
    }),
    sink: sink.optional().meta({
      description:
        'What SINK_DATABASE_URL has not taken yet, where it is set, for callers who may see GET /webhooks. Up to ten seconds old.',
    }),
    cluster: cluster.optional().meta({ description: 'Only with several nodes, and a key.' }),
  }),
  statuses: { 200: 'The server works.', 503: 'The server cannot do its work.' },
  example: {
    answer: {
      success: true,
      status: 'ok',
      uptime: 86400,
      version: '4.0.0',
      sessions: { connecting: 1, connected: 12, disconnected: 0, error: 0 },
      callbacks: { pending: 0, deadLettered: 0, oldestPendingSeconds: 0 },
      backend: 'up',
      problems: [],
    },
  },
  errors: [],
  async handler(core, { caller }) {
    const report = await core.health.report();
    const body = await bodyOf(report, core.sessions);
    const known = maySeeNodes(caller) ? core.health.cluster : undefined;
    const receivers = maySeeWebhooks(caller) ? receiversOf(report) : {};
    const more = { ...receivers, ...(known && { cluster: known }) };
    return { status: body.success ? 200 : 503, body: { ...body, ...more } };
  },
});

function receiversOf({ webhooks, sink: backlog }: HealthReport) {
  return { ...(webhooks.length > 0 && { webhooks: webhooks.map(webhookView) }), ...(backlog && { sink: backlog }) };
}

function webhookView({ id, isPaused, isFailing, isBehind, ...rest }: SubscriptionHealth): z.infer<typeof webhook> {
  return { webhookId: id, paused: isPaused, failing: isFailing, behind: isBehind, ...rest };
}
