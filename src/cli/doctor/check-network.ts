import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { shownProxy } from '../../domain/proxy.ts';
import type { Clock } from '../../kit/clock.ts';
import { agentFor } from '../../whatsapp/proxy/routes.ts';
import {
  HOST_IN_CONTAINER,
  isHostMachine,
  isInContainer,
  isOwnMachine,
  LOCALHOST_IN_CONTAINER,
} from '../../runtime/container.ts';
import { urlOfServer } from '../server-client.ts';
import { about, type Finding } from './finding.ts';
import { reach } from './reach.ts';

/** How long each address may take. */
const TIMEOUT_MS = 10_000;
/** TLS and WhatsApp bear some minutes; signatures of webhooks are refused after five. */
const MAX_SKEW_MS = 60_000;
const WHATSAPP = 'https://web.whatsapp.com/';

const health = z.object({
  status: z.enum(['ok', 'degraded', 'error']),
  version: z.string(),
  problems: z.array(z.string()),
});

/** Whether a server runs at HOST and PORT, and how it is. */
export async function checkServer(
  { http }: Config,
  version: string,
): Promise<{ finding: Finding; isRunning: boolean }> {
  const it = about('server');
  const url = urlOfServer(http);
  const answer = await reach(`${url}/health`, { timeoutMs: TIMEOUT_MS });
  if ('reason' in answer) {
    const finding = it.warning(
      `none answers at ${url}: ${answer.reason}`,
      'If it should run, start it, and read its log.',
    );
    return { finding, isRunning: false };
  }
  const { data } = health.safeParse(jsonOf(answer.body));
  if (!data) {
    const finding = it.problem(`another program answers at ${url}`, 'End that program, or set PORT to a free port.');
    return { finding, isRunning: false };
  }
  return { finding: conditionOf(data, url, version), isRunning: true };
}

function conditionOf(
  { status, version: running, problems }: z.infer<typeof health>,
  url: string,
  version: string,
): Finding {
  const it = about('server');
  const what = `version ${running} runs at ${url}`;
  const found = `${what}: ${problems.join(' ').replace(/\.$/, '')}`;
  const todo = 'See "What happens when …" in docs/operations.md.';
  if (status === 'error') return it.problem(found, todo);
  if (status === 'degraded') return it.warning(found, todo);
  if (running !== version) return it.warning(`${what}, and ${version} is installed`, 'Restart it.');
  return it.ok(`${what}, and is well`);
}

/** Whether the main backend answers: whatever it says to a GET of its address. */
export async function checkBackend({ backend }: Config, inContainer = isInContainer()): Promise<Finding> {
  const it = about('backend');
  const answer = await reach(backend.baseUrl, { timeoutMs: Math.min(backend.timeoutMs, TIMEOUT_MS) });
  if (!('reason' in answer)) {
    return it.ok(
      `${backend.baseUrl} answers (${answer.status}); npm run check-backend says whether it does so rightly`,
    );
  }
  const found = `${backend.baseUrl} (BACKEND_BASE_URL) cannot be reached: ${answer.reason}`;
  return it.problem(found, inContainer ? todoInContainer(backend.baseUrl, answer.todo) : waiting(answer.todo));
}

function todoInContainer(url: string, todo: string): string {
  if (isOwnMachine(url)) return LOCALHOST_IN_CONTAINER;
  return waiting(isHostMachine(url) ? `${todo} ${HOST_IN_CONTAINER}` : todo);
}

const waiting = (todo: string): string => `${todo} Webhooks wait meanwhile.`;

/** Whether WhatsApp answers, by the proxy of all sessions if there is one, and whether the clock of this machine agrees with it. */
export async function checkWhatsApp({ whatsapp, proxies }: Config, clock: Clock): Promise<Finding[]> {
  const it = about('WhatsApp');
  const url = whatsapp.wsUrl === undefined ? WHATSAPP : whatsapp.wsUrl.replace(/^ws/, 'http');
  const proxy = proxies.url && new URL(proxies.url.reveal());
  const agent = proxy ? await agentFor(proxy, { clock, lookup: undefined }) : undefined;
  const answer = await reach(url, { timeoutMs: TIMEOUT_MS, agent });
  const by = proxy ? ` through ${shownProxy(proxy)}` : '';
  if ('reason' in answer) {
    const todo = `${answer.todo} Sessions with a proxy of their own are not concerned.`;
    return [it.problem(`${new URL(url).host} cannot be reached${by}: ${answer.reason}`, todo)];
  }
  const reached = it.ok(`${new URL(url).host} answers${by}`);
  return answer.dateMs === undefined ? [reached] : [reached, clockFinding(clock.now() - answer.dateMs)];
}

function clockFinding(skewMs: number): Finding {
  const it = about('clock');
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return it.ok('agrees with that of WhatsApp to the minute');
  return it.problem(
    `is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of WhatsApp`,
    'Let NTP set it (timedatectl set-ntp true): receivers refuse signatures that are minutes off.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
