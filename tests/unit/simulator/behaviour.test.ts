import { type Behaviour, BehaviourStack } from '../../../simulator/behaviours/behaviour.ts';
import { node } from '../../../simulator/kit/stanza.ts';
import { type Client } from '../../../simulator/transport/client.ts';

const client = undefined as unknown as Client;

function recorder(seen: string[], name: string, handles: boolean | Promise<boolean>): Behaviour {
  return {
    name,
    onStanza: () => {
      seen.push(name);
      return handles;
    },
  };
}

it('shows a stanza from the newest behaviour on, until one takes care of it', async () => {
  const seen: string[] = [];
  const stack = new BehaviourStack();
  stack.use(recorder(seen, 'oldest', true));
  stack.use(recorder(seen, 'takes care', Promise.resolve(true)));
  stack.use({ name: 'has no opinion' });
  stack.use(recorder(seen, 'passes on', Promise.resolve(false)));
  stack.use(recorder(seen, 'newest', false));

  expect(await stack.stanza(node('iq'), client)).toBe(true);

  expect(seen).toEqual(['newest', 'passes on', 'takes care']);
});

it('inherits the older reactions again when a behaviour is disposed of', async () => {
  const seen: string[] = [];
  const stack = new BehaviourStack();
  stack.use(recorder(seen, 'older', true));
  const newer = stack.use(recorder(seen, 'newer', true));

  await stack.stanza(node('iq'), client);
  newer[Symbol.dispose]();
  await stack.stanza(node('iq'), client);

  expect(seen).toEqual(['newer', 'older']);
});

it('leads what is sent through all behaviours, the newest first', () => {
  const stack = new BehaviourStack();
  const sent: string[] = [];
  stack.use({ name: 'twice', onSend: (stanza, _client, send) => [stanza, stanza].forEach(send) });
  stack.use({ name: 'has no opinion' });
  stack.use({
    name: 'swallows',
    onSend(stanza, _client, send) {
      if (stanza.tag !== 'swallowed') send(node(`${stanza.tag}!`));
    },
  });

  for (const tag of ['message', 'swallowed']) stack.sending(node(tag), client, ({ tag: out }) => sent.push(out));

  expect(sent).toEqual(['message!', 'message!']);
});

it('says that nobody took care, and tells everybody of a lost connection', async () => {
  const told: string[] = [];
  const stack = new BehaviourStack();
  for (const name of ['one', 'two']) stack.use({ name, onClose: () => told.push(name) });

  expect(await stack.stanza(node('iq'), client)).toBe(false);
  stack.closed(client);

  expect(told).toEqual(['two', 'one']);
});
