import { type Behaviour, BehaviourStack } from '../../../simulator/behaviours/behaviour.ts';
import { node } from '../../../simulator/kit/stanza.ts';
import type { Client } from '../../../simulator/transport/client.ts';

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

it('offers a stanza to the behaviours, newest first, until one handles it', async () => {
  const seen: string[] = [];
  const stack = new BehaviourStack();
  stack.use(recorder(seen, 'oldest', true));
  stack.use(recorder(seen, 'handles', Promise.resolve(true)));
  stack.use({ name: 'has no opinion' });
  stack.use(recorder(seen, 'passes on', Promise.resolve(false)));
  stack.use(recorder(seen, 'newest', false));

  expect(await stack.stanza(node('iq'), client)).toBe(true);

  expect(seen).toEqual(['newest', 'passes on', 'handles']);
});

it('restores the older reaction when a behaviour is disposed of', async () => {
  const seen: string[] = [];
  const stack = new BehaviourStack();
  stack.use(recorder(seen, 'older', true));
  const newer = stack.use(recorder(seen, 'newer', true));

  await stack.stanza(node('iq'), client);
  newer[Symbol.dispose]();
  await stack.stanza(node('iq'), client);

  expect(seen).toEqual(['newer', 'older']);
});

it('passes outgoing stanzas through all behaviours, newest first', () => {
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

it('reports an unhandled stanza, and notifies all behaviours of a closed connection', async () => {
  const notified: string[] = [];
  const stack = new BehaviourStack();
  for (const name of ['one', 'two']) stack.use({ name, onClose: () => notified.push(name) });

  expect(await stack.stanza(node('iq'), client)).toBe(false);
  stack.closed(client);

  expect(notified).toEqual(['two', 'one']);
});
