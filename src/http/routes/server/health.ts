import { z } from 'zod';
import { healthBody } from '../../views/health-body.ts';
import { route } from '../../route.ts';

const count = z.int().nonnegative();

/** `GET /health`: for load balancers and people. Public, so it never contains secrets. */
export const health = route({
  method: 'get',
  path: '/health',
  scope: 'none',
  isProbe: true,
  summary: 'Get the health of the server',
  description:
    'Needs no key. "ok" if all is well, "degraded" (still 200) if a person should look at the listed problems, and "error" ' +
    '(503) if the server cannot do its work.',
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
  async handler(core) {
    const body = await healthBody(core);
    return { status: body.success ? 200 : 503, body };
  },
});
