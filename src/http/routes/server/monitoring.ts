import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

const fine = { answer: z.strictObject({ success: succeeded }), example: { answer: { success: true as const } } };

/** `GET /livez`: for supervisors, which start a process again that does not answer. */
export const live = route({
  method: 'get',
  path: '/livez',
  scope: 'none',
  summary: 'Whether the process is alive',
  description: 'Looks at nothing: who answers is alive. A backend or a disk that fails is no reason to start it again.',
  ...fine,
  whileEnding: true,
  statuses: { 200: 'It is.' },
  errors: [],
  handler: () => ok({}),
});

/** `GET /readyz`: for load balancers, which send nothing to a process that cannot do its work. */
export const ready = route({
  method: 'get',
  path: '/readyz',
  scope: 'none',
  summary: 'Whether the server can do its work',
  description:
    'Refused with "starting" until callbacks are delivered and sessions connect, with "storage_unavailable" while the disk ' +
    'takes nothing, and with "shutting_down" at the end. What the backend and WhatsApp do changes nothing.',
  ...fine,
  statuses: { 200: 'It can.' },
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
  summary: 'What is counted, for Prometheus',
  description: 'In the text format of Prometheus. No session and no number is in it.',
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
