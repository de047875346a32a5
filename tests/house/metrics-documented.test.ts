import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { EVENT_PATHS, type EventKind } from '../../src/domain/event.ts';
import {
  BREAKER_STATES,
  CALLBACK_FATES,
  FORWARD_OUTCOMES,
  RECEIPT_FATES,
  SEND_FATES,
} from '../../src/ports/metrics.ts';
import { SESSION_STATUSES } from '../../src/domain/session.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { parsePromql, type Selector } from './promql.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(at(path), 'utf8');

/** A series that a query can select. */
interface Series {
  /** The metric that it belongs to: that of `…_bucket` is a histogram. */
  metric: string;
  type: string;
  labels: Map<string, Set<string>>;
}

/** All metrics, after one event of every kind. */
async function everything(): Promise<string> {
  const metrics = new PrometheusMetrics({ onPostgres: true, isNode: true });
  metrics.watch({
    sessions: { ownCounts: () => ({ connecting: 0, connected: 0, disconnected: 0, error: 0 }) },
    health: {
      report: () =>
        Promise.resolve({
          ...{ ok: true, backend: 'up' as const },
          callbacks: { pending: 0, deadLettered: 0, oldestPendingSeconds: 0 },
          sink: { pending: 0, oldestPendingSeconds: 0 },
        }),
    },
    breaker: () => 'well',
    blocked: () => 0,
    database: { bytes: () => Promise.resolve(0), maxBytes: 0 },
  });
  for (const fate of RECEIPT_FATES) metrics.received('text', fate);
  for (const fate of SEND_FATES) metrics.sent('text', fate);
  for (const status of ['sent', 'delivered', 'read', 'played', 'failed']) metrics.progressed(status);
  for (const event of Object.keys(EVENT_PATHS) as EventKind[]) {
    for (const fate of CALLBACK_FATES) metrics.posted(event, fate, 1);
  }
  CALLBACK_FATES.forEach((fate) => metrics.subscriberPosted(fate));
  for (const offline of [true, false]) metrics.arrived(1, offline);
  for (const status of [...SESSION_STATUSES, 'removed'] as const) metrics.became(status);
  metrics.connectionClosed('logged-out', '401');
  for (const fate of ['ok', 'failed'] as const) {
    metrics.downloaded(fate);
    metrics.uploaded(fate);
  }
  metrics.committed(1, 1);
  metrics.cluster!.watch({
    state: { ...{ nodes: [], unowned: 0, owned: 0, ageMs: 0 }, ...{ leaseMs: 15_000, marginMs: 9_000 } },
  });
  for (const outcome of FORWARD_OUTCOMES) metrics.cluster!.forwarded(outcome);
  metrics.notified('email', 'sent');
  return metrics.text();
}

/** The series in Prometheus' text format, by name. */
function seriesIn(text: string): Map<string, Series> {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  const all = new Map<string, Series>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const metric = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const series = all.get(name) ?? { metric, type: types.get(metric)!, labels: new Map<string, Set<string>>() };
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      series.labels.set(label, (series.labels.get(label) ?? new Set()).add(value));
    }
    all.set(name, series);
  }
  return all;
}

const { scrape_configs: jobs, rule_files: ruleFiles } = parseYaml(read('deploy/prometheus.yml')) as {
  scrape_configs: { job_name: string; metrics_path?: string; authorization: { credentials: string } }[];
  rule_files: string[];
};

/** Our series, and `up`, which Prometheus itself creates for each target. */
async function known(): Promise<Map<string, Series>> {
  const ofPrometheus = new Map([['job', new Set(jobs.map(({ job_name }) => job_name))]]);
  const up: Series = { metric: 'up', type: 'gauge', labels: ofPrometheus };
  return seriesIn(await everything()).set('up', up);
}

/** Prometheus adds it to each series: the process that has it. */
const INSTANCE = 'instance';

/** The mistakes in a query, given the existing series. */
function complaints(query: string, all: Map<string, Series>): string[] {
  const { selectors, grouping } = parsePromql(query);
  const ours = selectors.flatMap(({ metric }) => [...(all.get(metric)?.labels.keys() ?? [])]);
  const labels = [...ours, INSTANCE];
  return [
    ...(selectors.length === 0 ? ['selects nothing'] : []),
    ...selectors.flatMap((selector) => complaintsOf(selector, all)),
    ...grouping.filter((label) => !labels.includes(label)).map((label) => `groups by an unknown label ${label}`),
  ];
}

function complaintsOf({ metric, matchers, isRange }: Selector, all: Map<string, Series>): string[] {
  const series = all.get(metric);
  if (!series) return [`unknown metric ${metric}`];
  const isCounted = ['counter', 'histogram'].includes(series.type);
  const odd = matchers.flatMap(({ label, values }) =>
    values.filter((value) => !series.labels.get(label)?.has(value)).map((value) => `${metric}{${label}="${value}"}`),
  );
  return [...odd, ...(isCounted === isRange ? [] : [`${metric} is a ${series.type}, but is not used as one`])];
}

describe('the check of queries', () => {
  it.each([
    ['sum by (type) (rate(orchestrator_messages_sent_total{fate="sent"}[5m])) > 1', []],
    ['orchestrator_gone == 0', ['unknown metric orchestrator_gone']],
    ['orchestrator_sessions{status="asleep"} > 0', ['orchestrator_sessions{status="asleep"}']],
    [
      'orchestrator_sessions{mood=~"good|bad"}',
      ['orchestrator_sessions{mood="good"}', 'orchestrator_sessions{mood="bad"}'],
    ],
    ['sum by (mood) (orchestrator_sessions)', ['groups by an unknown label mood']],
    ['orchestrator_messages_sent_total > 5', ['orchestrator_messages_sent_total is a counter, but is not used as one']],
    ['rate(orchestrator_sessions[5m])', ['orchestrator_sessions is a gauge, but is not used as one']],
    ['1 > 0', ['selects nothing']],
  ])('of %s finds %j', async (query, expected) => {
    expect(complaints(query, await known())).toEqual(expected);
  });

  it.each(['rate(', 'a)', 'a & b', 'deriv(a[5m])', 'a{b>"c"}', 'a{b="c"'])('rejects "%s"', (query) => {
    expect(() => parsePromql(query)).toThrow();
  });
});

it('docs/metrics.md has a row for each metric of ours with its labels, and for no other', async () => {
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(orchestrator_[a-z_]+)`\s*\| (.*?)\s*\|/gm)];
  const documented = rows.map(([, name, labels]) => [name, labels?.match(/\w+/g) ?? []]);
  const ours = [...(await known()).values()].filter(({ metric }) => metric.startsWith('orchestrator_'));
  const labelsOf = (metric: string) => [
    ...new Set(ours.filter((each) => each.metric === metric).flatMap(({ labels }) => [...labels.keys()])),
  ];
  const existing = [...new Set(ours.map(({ metric }) => metric))].map((metric) => [
    metric,
    labelsOf(metric).filter((label) => label !== 'le'),
  ]);

  expect(documented.sort()).toEqual(existing.sort());
});

it('a process on its own, on SQLite, has no metrics of a cluster or of PostgreSQL', async () => {
  const names = (text: string) => [...text.matchAll(/^# TYPE (orchestrator_\S+)/gm)].map(([, name]) => name);
  const all = names(await everything());
  const alone = names(await new PrometheusMetrics().text());

  expect(all.filter((name) => !alone.includes(name)).sort()).toEqual(
    [
      ...[
        'claims_total',
        'fenced_total',
        'forwards_total',
        'handover_seconds',
        'lease_margin_seconds',
        'lease_seconds',
      ],
      ...['nodes', 'sessions_owned', 'sessions_unowned', 'store_commit_writes'],
    ].map((name) => `orchestrator_${name}`),
  );
});

it('the breaker has a series for each state, exactly one of which is 1', async () => {
  const lines = (await everything()).split('\n').filter((line) => line.startsWith('orchestrator_breaker{'));
  const expected = BREAKER_STATES.map((state) => `orchestrator_breaker{state="${state}"} ${state === 'well' ? 1 : 0}`);
  expect(lines).toEqual(expected);
});

it('deploy/prometheus.yml sends a key, and names rule files that exist', () => {
  expect(jobs).toHaveLength(1);
  expect(jobs[0]).toMatchObject({ authorization: { credentials: '<API_KEY>' } });
  // The default is `/metrics`.
  expect(jobs[0]?.metrics_path).toBeUndefined();
  expect(ruleFiles.filter((file) => !existsSync(at(`deploy/${file}`)))).toEqual([]);
  expect(ruleFiles).toEqual(['alerts.yml']);
});

it('deploy/alerts.yml queries only metrics that exist, and explains each alert', async () => {
  const { groups } = parseYaml(read('deploy/alerts.yml')) as {
    groups: { rules: { alert: string; expr: string; for?: string; annotations: { summary: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  const all = await known();

  expect(rules.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining(['OrchestratorDown', 'BackendDown', 'StorageFails', 'DeadLetters']),
  );
  expect(rules.flatMap(({ expr }) => complaints(expr, all))).toEqual([]);
  for (const { alert, expr, for: time = '1m', annotations } of rules) {
    expect(alert).toMatch(/^[A-Z]\w+$/);
    expect(expr).toMatch(/[<>=]/);
    expect(time).toMatch(/^\d+[smh]$/);
    expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
  }
});

it('deploy/grafana-dashboard.json queries only metrics that exist, and names what it shows', async () => {
  const { panels } = JSON.parse(read('deploy/grafana-dashboard.json')) as {
    panels: { id: number; title: string; targets: { expr: string; legendFormat: string }[] }[];
  };
  const all = await known();

  expect(panels.length).toBeGreaterThan(12);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  for (const { expr, legendFormat } of panels.flatMap(({ targets }) => targets)) {
    const { selectors, grouping } = parsePromql(expr);
    const shown = grouping.length > 0 ? grouping : [...all.get(selectors[0]!.metric)!.labels.keys()];
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    expect([...complaints(expr, all), ...named.filter((label) => !shown.includes(label))]).toEqual([]);
  }
});
