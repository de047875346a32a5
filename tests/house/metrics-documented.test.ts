import { readFileSync } from 'node:fs';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The metrics that there are, by the names under which they are asked for. */
async function names(): Promise<string[]> {
  const metrics = new PrometheusMetrics();
  metrics.watch({
    sessions: () => ({ connecting: 0, connected: 0, disconnected: 0, error: 0 }),
    callbacks: () => Promise.resolve({ pending: 0, deadLettered: 0, oldestPendingSeconds: 0 }),
    backendIsUp: () => true,
  });
  return [...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
}

it('docs/metrics.md has a row for each metric of ours, and for no other', async () => {
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(orchestrator_[a-z_]+)`/gm)].map(([, name]) => name!);

  expect(rows.sort()).toEqual((await names()).filter((name) => name.startsWith('orchestrator_')).sort());
});

it.each(['alerts.yml', 'grafana-dashboard.json'])('deploy/%s asks only for metrics that there are', async (file) => {
  const asked = [...read(`deploy/${file}`).matchAll(/\b(?:orchestrator|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );

  expect(new Set(asked).size).toBeGreaterThan(4);
  const known = await names();
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
});

it('deploy/grafana-dashboard.json is a dashboard: each panel has a title and a question', () => {
  const { panels } = JSON.parse(read('deploy/grafana-dashboard.json')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };

  expect(panels.length).toBeGreaterThan(8);
  for (const { title, targets } of panels) {
    expect(title).not.toBe('');
    expect(targets.every(({ expr }) => expr !== '')).toBe(true);
  }
});
