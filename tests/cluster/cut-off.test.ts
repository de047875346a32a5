import { TcpRelay } from '../harness/tcp-relay.ts';
import { untilTrue } from '../harness/until.ts';
import { TwoNodes } from './two-nodes.ts';

const ACCOUNT = '5491234567890';
/** `CLUSTER_LEASE` by default, and the part of it within which a node acts. */
const LEASE_MS = 15_000;
const SAFE_PART = 0.8;
const STEP_MS = 250;

/** Starts a node that reaches the database through a relay. Resolves with that. */
async function startRelayed(nodes: TwoNodes, nodeId: string): Promise<TcpRelay> {
  const url = new URL(nodes.world.environment.DATABASE_URL!);
  const relay = await TcpRelay.start(Number(url.port));
  url.port = String(relay.port);
  await nodes.startNode(nodeId, { DATABASE_URL: url.href });
  return relay;
}

/** Lets time pass, in steps between which the nodes ask the database, until `nodeId` owns the session. Resolves with what was seen. */
async function untilOwns(nodes: TwoNodes, nodeId: string, sessionId: string) {
  const { clock, whatsapp } = nodes.world;
  const startMs = clock.monotonic();
  const seen: { afterMs: number; owner: string | null; isOnline: boolean }[] = [];
  await untilTrue(async () => {
    clock.skip(STEP_MS);
    const isOnline = whatsapp.devices().some(({ online }) => online);
    const [owner = null] = await nodes.owners(sessionId);
    seen.push({ afterMs: clock.monotonic() - startMs, owner, isOnline });
    return owner === nodeId;
  });
  return seen;
}

describe('a node whose database answers no more', () => {
  it('closes its connections before another node has its sessions, which nobody notices, and then answers as that one', async () => {
    await using nodes = await TwoNodes.start('b');
    const { world } = nodes;
    const relay = await startRelayed(nodes, 'a');
    const sessionId = await nodes.link('a', world.whatsapp.phone(ACCOUNT, 'Ana'));

    relay.stall();
    const seen = await untilOwns(nodes, 'b', sessionId);

    const before = seen.filter(({ owner }) => owner === 'a');
    const closed = before.findIndex(({ isOnline }) => !isOnline);
    expect(closed).toBeGreaterThan(0);
    expect(before[closed]!.afterMs).toBeLessThan(SAFE_PART * LEASE_MS + 6 * STEP_MS);
    expect(before.at(-1)!.afterMs).toBeGreaterThan(SAFE_PART * LEASE_MS);
    expect(before.slice(closed).some(({ isOnline }) => isOnline)).toBe(false);
    await world.whatsapp.phone('5490987654321', 'Juan').sendText(ACCOUNT, 'después');
    await world.backend.next(({ body }) => body.message_content === 'después');
    expect(world.backend.accepted.filter(({ body }) => body.status === 'disconnected')).toEqual([]);

    relay.flow();
    const shown = async () => (await nodes.node('a').get(`/sessions/${sessionId}`)).body;
    await world.fastForwardUntil(untilTrue(async () => JSON.stringify(await shown()).includes('"node":"b"')));
    expect(await nodes.node('a').send(sessionId, '5490987654321', 'hola')).toMatchObject({ status: 200 });
    expect(await nodes.owners(sessionId)).toEqual(['b']);
    await nodes.stopNode('a');
    await relay[Symbol.asyncDispose]();
  }, 60_000);
});
