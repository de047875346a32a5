import { HealthKeeper } from '../../../src/callbacks/health.ts';
import { AppHealth } from '../../../src/health.ts';
import { ANA, news, startStorage, type TestStorage } from '../storage/support.ts';

function healthOf({ storage, clock }: TestStorage): AppHealth {
  const backend = new HealthKeeper();
  backend.accepted();
  return new AppHealth({ storage, notifier: { health: () => backend.now }, guard: { unexpected: () => 0 }, clock });
}

async function giveUpNext(db: TestStorage): Promise<void> {
  await db.storage.callbacks.dead((await db.next(ANA))!, 'it alone fails', db.clock.now());
}

describe('the health', () => {
  it('has no problem to tell of when nothing was given up', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    expect(await healthOf(db).report()).toMatchObject({ ok: true, problems: [], callbacks: { pending: 1 } });
  });

  it('begins when everything has', async () => {
    await using db = await startStorage();
    const health = healthOf(db);
    expect(health.hasStarted).toBe(false);
    health.started();
    expect(health.hasStarted).toBe(true);
  });

  it('says how many callbacks were given up and where they are, until they are tried again', async () => {
    await using db = await startStorage();
    const health = healthOf(db);
    await db.commit(news(ANA, 'a1'), news(ANA, 'a2'));
    await giveUpNext(db);
    expect(await health.report()).toMatchObject({
      ok: true,
      problems: ['1 callback was given up: see GET /callbacks?state=dead.'],
    });

    await giveUpNext(db);
    const { problems } = await health.report();
    expect(problems).toEqual(['2 callbacks were given up: see GET /callbacks?state=dead.']);

    const dead = await db.storage.archive.list({ state: 'dead' }, { after: 0, limit: 2 });
    for (const { id } of dead) await db.storage.archive.retry(id);
    expect((await health.report()).problems).toEqual([]);
  });
});
