import { runRotationCommand } from '../../src/cli/rotation-command.ts';
import { StorageKeyError } from '../../src/storage/shared/errors.ts';
import { randomMasterKey } from '../harness/random-master-key.ts';
import { TwoNodes } from './two-nodes.ts';

const OLD = { MASTER_KEY: randomMasterKey() };
const NEW = { MASTER_KEY: randomMasterKey() };
const BOTH = { ...OLD, NEW_MASTER_KEY: NEW.MASTER_KEY };
const ANA = '5491234567890';
const BEA = '5491234567891';

/** Runs `npm run rotate-master-key` beside a node. */
function rotate(nodes: TwoNodes, nodeId: string): Promise<string> {
  const { port } = new URL(nodes.node(nodeId).url);
  return runRotationCommand({ ...nodes.world.environment, ...BOTH, CLUSTER_NODE_ID: nodeId, PORT: port });
}

/** Resolves when a text to the account has arrived under this session. */
async function untilReceives({ world }: TwoNodes, account: string, sessionId: string, text: string): Promise<void> {
  await world.whatsapp.phone('5490987654321', 'Juan').sendText(account, text);
  await world.backend.next(({ body }) => body.session_id === sessionId && body.message_content === text);
}

it('the master key is changed while two nodes run, and each is restarted with the new one', async () => {
  await using nodes = await TwoNodes.start();
  const { whatsapp } = nodes.world;
  await nodes.startNode('a', BOTH);
  await nodes.startNode('b', OLD);
  const ana = await nodes.link('b', whatsapp.phone(ANA, 'Ana'));
  await expect(rotate(nodes, 'a')).rejects.toThrow('These nodes do not know the new master key: b.');
  await nodes.stopNode('b');
  await nodes.startNode('b', BOTH);

  expect(await rotate(nodes, 'a')).toContain('has the new master key (2 data keys)');

  expect(await rotate(nodes, 'b')).toContain('already has the new master key');
  const bea = await nodes.link('b', whatsapp.phone(BEA, 'Bea'));
  await nodes.stopNode('a');
  await expect(nodes.startNode('a', OLD)).rejects.toThrow(StorageKeyError);
  await nodes.startNode('a', NEW);
  await nodes.stopNode('b');
  await untilReceives(nodes, ANA, ana, 'a Ana');
  await untilReceives(nodes, BEA, bea, 'a Bea');
  expect(await nodes.owners(ana, bea)).toEqual(['a', 'a']);
}, 60_000);
