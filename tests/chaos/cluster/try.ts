import { setTimeout as pause } from 'node:timers/promises';
import { installPatches } from '../../../src/whatsapp/baileys/patches.ts';
import { Dice } from '../dice.ts';
import { Traffic } from '../traffic.ts';
import { ClusterStage } from './cluster-stage.ts';
installPatches({});
const say = (...args: unknown[]) => console.log(Math.round(performance.now()), ...args);
await using stage = await ClusterStage.open({ accounts: 9, lease: 2 });
say('linked', [...(await stage.owners()).values()].join(''));
const traffic = new Traffic(stage, new Dice(1), 300);
const status = async (what: string) => {
  const { rows: strays } = await stage.database.pool.query('SELECT * FROM strays LIMIT 5');
  say(
    what,
    [...(await stage.owners()).values()].join(''),
    'problems',
    stage.ledger.compare(stage.accepted).length,
    'overlaps',
    stage.connections.logins.filter((l) => l.replaces).length,
    'disconnected',
    stage.backend.received.filter(
      ({ path, body }) => path.includes('disconnect') || JSON.stringify(body).includes('"disconnected"'),
    ).length,
    strays,
  );
};
const logs = (process: { logLines(): Record<string, unknown>[] }, since = 0) =>
  process
    .logLines()
    .slice(since)
    .filter(({ msg, level }) => Number(level) >= 40 || process.logLines().length < 0)
    .map(({ level, msg, failure, err }) => `${level} ${msg} ${JSON.stringify(failure ?? err ?? '').slice(0, 300)}`);
process.on('exit', () => {
  for (const { nodeId, process: p } of stage.processes)
    console.log(
      nodeId,
      JSON.stringify(
        [...Map.groupBy(logs(p), (x) => x)].map(([a, b]) => `${b.length}x ${a}`),
        null,
        1,
      ),
    );
});
await pause(1500);
await status('before');
async function busiest() {
  const owners = [...(await stage.owners()).values()];
  return (['a', 'b', 'c'] as const).toSorted(
    (x, y) => owners.filter((o) => o === y).length - owners.filter((o) => o === x).length,
  )[0]!;
}
for (const kind of ['SIGTERM', 'SIGKILL', 'SIGSTOP'] as const) {
  const name = await busiest();
  const victim = stage.process(name);
  const accounts = await stage.accountsOf(name);
  const since = performance.now();
  say('victim', name, accounts.length);
  if (kind === 'SIGTERM') void victim.end('SIGTERM').then((code) => say('exit', code, performance.now() - since));
  else victim.signal(kind);
  say(
    kind,
    'online again after',
    await stage.untilOnlineAgain(accounts, since, 12_000),
    'gaps',
    stage.connections.gapsSince(since).map(Math.round).join(),
  );
  if (kind === 'SIGSTOP') {
    victim.signal('SIGCONT');
    say('exit code', await Promise.race([victim.exited(), pause(8000)]));
  }
  await pause(500);
  await status(kind);
  if (victim.isRunning) await Promise.race([victim.exited(), pause(15_000)]);
  const t = performance.now();
  await stage.start(name);
  say('start took', performance.now() - t);
  await pause(4000);
  await status('b is back');
}
await traffic.stop();
await stage.settle(10_000);
await status('end');
say(stage.ledger.count(), 'written', stage.ledger.compare(stage.accepted));
process.exit(0);
