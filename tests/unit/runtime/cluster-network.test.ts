import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { LivingPeers } from '../../../src/cluster/living-peers.ts';
import { CertificateError } from '../../../src/cluster/peer-certificates.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { ClusterNetwork } from '../../../src/runtime/cluster-network.ts';
import { OwnershipTable } from '../../api/nodes.ts';
import { logged, type LogLine } from '../../api/support.ts';
import { TestAuthority, type TestCertificate } from '../../harness/test-certificates.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { logInto, newClock, SESSION } from '../cluster/peers.ts';

const CA = new TestAuthority();
/** Has the same name, and another key. */
const OTHER_CA = new TestAuthority();
const EXPIRED = new Date(Date.UTC(2020, 0, 1));

interface NodeOptions {
  /** `CLUSTER_TLS_NAME`. */
  name?: string;
  /** The nodes that are known to live, and those that a new look finds. */
  living?: { known: string[]; found: string[] };
}

/** A node with the certificate in its files, and with a front that forwards everything to the owner of the session. */
async function startNode(nodeId: string, table: OwnershipTable, first: TestCertificate, options: NodeOptions = {}) {
  const { name = null, living } = options;
  const folder = await testFolder();
  const fileOf = (what: string) => join(folder, `${what}.pem`);
  const write = (what: Partial<TestCertificate>) =>
    Object.entries(what).forEach(([key, text]) => writeFileSync(fileOf(key), text));
  write(first);
  const lines: LogLine[] = [];
  const log = logInto(lines);
  const clock = newClock();
  const trust = { kind: 'tls' as const, caFile: fileOf('ca'), certFile: fileOf('cert'), keyFile: fileOf('key'), name };
  const settings = {
    ...{ nodeId, url: null, host: '127.0.0.1', port: 0, trust, leaseMs: 15_000, drainMs: 0, capacity: 1 },
  };
  const network = await ClusterNetwork.listen({ settings, clock, log, drainMs: 0 });
  const nodes = (names: readonly string[] = []) => names.map((known) => ({ nodeId: known }));
  if (living) {
    const look = () => Promise.resolve(nodes(living.found));
    network.meet(new LivingPeers({ known: () => nodes(living.known), look }));
  }
  const answered: RequestListener = (_request, response) => {
    requests.count += 1;
    response.end(`of ${nodeId}`);
  };
  const requests = { count: 0 };
  const feed = { follow: () => undefined, end: () => undefined };
  network.serve(Object.assign(answered, { drain: () => Promise.resolve(), feed }));
  table.urls.set(nodeId, network.url);
  const { directory, forwarder } = network.cluster(table.of(nodeId), { living: [], onVersions: () => undefined });
  const front = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const owner = await directory.ownerOf(SESSION);
      if (owner.kind === 'other-node')
        await forwarder.forward(request, response, { sessionId: SESSION, owner, waitMs: 0 });
    };
    void forward().catch((error: unknown) => response.end(error instanceof AppError ? error.code : String(error)));
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const { port } = front.address() as AddressInfo;
  return {
    ...{ network, write, clock, lines, requests, port: Number(new URL(network.url).port) },
    /** Asks this node, which asks the owner. */
    asks: async () => (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hola' })).text(),
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await network[Symbol.asyncDispose]();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}

/** `entry` is asked, `owner` has the session. */
async function startNodes(
  certificates: { entry?: TestCertificate; owner?: TestCertificate },
  options: NodeOptions = {},
) {
  const table = new OwnershipTable();
  const { entry: ofEntry = CA.issue({ names: ['entry'] }), owner: ofOwner = CA.issue({ names: ['owner'] }) } =
    certificates;
  const entry = await startNode('entry', table, ofEntry, { ...options, living: { known: ['owner'], found: [] } });
  const owner = await startNode('owner', table, ofOwner, { living: { known: ['entry'], found: [] }, ...options });
  table.give(SESSION, 'owner');
  return {
    ...{ entry, owner },
    async [Symbol.asyncDispose]() {
      await entry[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
    },
  };
}

const reasons = (lines: readonly LogLine[]) => lines.map(({ reason }) => reason).filter((text) => text !== undefined);
const codes = (lines: readonly LogLine[]) =>
  lines.map(({ failure }) => (failure as { code?: string } | undefined)?.code);

describe('nodes with certificates', () => {
  it('forward to each other, over one connection', async () => {
    await using nodes = await startNodes({});
    expect([await nodes.entry.asks(), await nodes.entry.asks()]).toEqual(['of owner', 'of owner']);
    expect(nodes.owner.requests.count).toBe(2);
  });

  it.each<[string, TestCertificate, string]>([
    ['of another authority', { ...OTHER_CA.issue({ names: ['entry'] }), ca: CA.ca }, 'CERT_SIGNATURE_FAILURE'],
    ['that is over', CA.issue({ names: ['entry'], notAfter: EXPIRED }), 'CERT_HAS_EXPIRED'],
  ])('refuse one with a certificate %s', async (_what, entry, reason) => {
    await using nodes = await startNodes({ entry });
    expect(await nodes.entry.asks()).toBe('session_moving');
    expect(nodes.owner.requests.count).toBe(0);
    await logged(nodes.owner.lines, 'a connection to the internal port was refused');
    expect(reasons(nodes.owner.lines)).toEqual([reason]);
  });

  it.each<[string, TestCertificate, string]>([
    ['of another authority', { ...OTHER_CA.issue({ names: ['owner'] }), ca: CA.ca }, 'CERT_SIGNATURE_FAILURE'],
    ['that is over', CA.issue({ names: ['owner'], notAfter: EXPIRED }), 'CERT_HAS_EXPIRED'],
    ['of another node', CA.issue({ names: ['third'] }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('do not believe an owner with a certificate %s', async (_what, owner, code) => {
    await using nodes = await startNodes({ owner });
    expect(await nodes.entry.asks()).toBe('session_moving');
    expect(nodes.owner.requests.count).toBe(0);
    expect(codes(nodes.entry.lines)).toContain(code);
  });

  it('refuse one that has another name than its certificate, and both say so', async () => {
    await using nodes = await startNodes({ entry: CA.issue({ names: ['third'] }) });
    expect(await nodes.entry.asks()).toBe('session_moving');
    expect(nodes.owner.requests.count).toBe(0);
    expect(nodes.owner.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('bears another name'));
    expect(nodes.entry.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('bears another name'));
  });

  it('refuse a client without a certificate', async () => {
    await using nodes = await startNodes({});
    const socket = connect({ port: nodes.owner.port, host: '127.0.0.1', ca: CA.ca, servername: 'owner' });
    const failed = new Promise((resolve) => socket.once('error', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await failed).toMatchObject({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
    await logged(nodes.owner.lines, 'a connection to the internal port was refused');
    expect(nodes.owner.requests.count).toBe(0);
  });

  it('refuse what is no node of theirs, whatever else their authority signs', async () => {
    await using nodes = await startNodes({}, { living: { known: ['third'], found: ['third'] } });
    expect(await nodes.entry.asks()).toBe('session_moving');
    expect(nodes.owner.requests.count).toBe(0);
    expect(nodes.owner.lines).toContainEqual(
      expect.objectContaining({ nodeId: 'entry', msg: expect.stringContaining('no living node') as string }),
    );
  });

  it('look for one that has just joined', async () => {
    await using nodes = await startNodes({}, { living: { known: [], found: ['entry'] } });
    expect(await nodes.entry.asks()).toBe('of owner');
  });

  it('with one common name take each other by it, and nobody else', async () => {
    const common = () => CA.issue({ names: ['nodes.internal'] });
    const options = { name: 'nodes.internal', living: { known: [], found: [] } };
    await using nodes = await startNodes({ entry: common(), owner: common() }, options);
    expect(await nodes.entry.asks()).toBe('of owner');
    await using others = await startNodes({ entry: CA.issue({ names: ['entry'] }), owner: common() }, options);
    expect(await others.entry.asks()).toBe('session_moving');
    expect(others.owner.requests.count).toBe(0);
  });
});

describe('certificates that are renewed in their files', () => {
  it('count on both sides without a restart, the authority too', async () => {
    await using nodes = await startNodes({});
    expect(await nodes.entry.asks()).toBe('of owner');
    nodes.owner.write(OTHER_CA.issue({ names: ['owner'] }));
    nodes.owner.clock.move(10_000);
    await logged(nodes.owner.lines, 'the certificates of this node are renewed');
    nodes.entry.write(OTHER_CA.issue({ names: ['entry'] }));
    nodes.entry.clock.move(10_000);
    await logged(nodes.entry.lines, 'the certificates of this node are renewed');
    expect(await nodes.entry.asks()).toBe('of owner');
    // Whoever has nothing but the old ones is nobody.
    const old = { ...CA.issue({ names: ['entry'] }), ca: OTHER_CA.ca };
    connect({ port: nodes.owner.port, host: '127.0.0.1', ...old, servername: 'owner' }).on('error', () => undefined);
    await logged(nodes.owner.lines, 'a connection to the internal port was refused');
    expect(reasons(nodes.owner.lines)).toEqual(['CERT_SIGNATURE_FAILURE']);
  });

  it('are not taken while they do not fit, and then they are', async () => {
    await using nodes = await startNodes({});
    const renewed = CA.issue({ names: ['owner'] });
    nodes.owner.write({ cert: renewed.cert });
    nodes.owner.clock.move(10_000);
    await logged(nodes.owner.lines, 'renewed certificates cannot be used: the old ones stay');
    expect(await nodes.entry.asks()).toBe('of owner');
    nodes.owner.write({ key: renewed.key });
    // The look after the one that failed is set when that is over.
    while (!nodes.owner.lines.some(({ msg }) => msg.endsWith('are renewed'))) {
      nodes.owner.clock.move(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(nodes.owner.lines.filter(({ level }) => level >= 40)).toHaveLength(1);
  });

  it('are missed before they end', async () => {
    const soon = new Date(Date.UTC(2024, 1, 1));
    await using node = await startNode('a', new OwnershipTable(), CA.issue({ names: ['a'], notAfter: soon }));
    const late = 'the certificate of this node ends soon, and nobody has renewed it';
    expect(node.lines.map(({ msg }) => msg)).toEqual([late]);
  });
});

it('files that are no certificates are refused with a sentence', async () => {
  const { ca, cert } = CA.issue({ names: ['a'] });
  const { key } = CA.issue({ names: ['a'] });
  await expect(startNode('a', new OwnershipTable(), { ca, cert, key })).rejects.toThrow(CertificateError);
  await expect(startNode('a', new OwnershipTable(), { ca, cert: 'none', key })).rejects.toThrow(CertificateError);
});
