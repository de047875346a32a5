import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

const success = { answer: z.strictObject({ success: succeeded }), example: { answer: { success: true as const } } };

/** `GET /livez`: a liveness probe. A supervisor restarts a process that does not answer. */
export const live = route({
  method: 'get',
  path: '/livez',
  scope: 'none',
  isProbe: true,
  summary: 'Check liveness',
  description: 'Checks nothing: a process that answers is alive. A failing backend or disk is no reason to restart it.',
  ...success,
  whileEnding: true,
  statuses: { 200: 'The process is alive.' },
  errors: [],
  handler: () => ok({}),
});

/** `GET /readyz`: a readiness probe. A load balancer sends no requests to a process that is not ready. */
export const ready = route({
  method: 'get',
  path: '/readyz',
  scope: 'none',
  isProbe: true,
  summary: 'Check readiness',
  description:
    'Refused with "starting" until callbacks are delivered and sessions connect, with "storage_unavailable" while the disk ' +
    'cannot be written, and with "shutting_down" during shutdown. The backend and WhatsApp do not matter.',
  ...success,
  statuses: { 200: 'The server is ready.' },
  errors: ['starting'],
  async handler({ health }) {
    if (!health.hasStarted) throw new AppError('starting');
    const { ok: works } = await health.report();
    if (!works) throw new AppError('storage_unavailable');
    return ok({});
  },
});

/** `GET /metrics`. */
export const metrics = route({
  method: 'get',
  path: '/metrics',
  scope: 'admin',
  summary: 'Get metrics for Prometheus',
  description: "Metrics in Prometheus' text format. They contain neither session ids nor phone numbers.",
  mediaType: 'text/plain',
  answer: z.string(),
  statuses: { 200: 'The metrics.' },
  example: { answer: 'orchestrator_backend_up 1\n' },
  errors: [],
  async handler(core) {
    const { contentType } = core.metrics;
    return { status: 200, body: await core.metrics.text(), headers: { 'Content-Type': contentType } };
  },
});
