import { childOf, type Stanza } from '../../../simulator/kit/stanza.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const FRIEND = '5490987654321';

it('x', async () => {
  await using world = await startWorld();
  const friend = world.whatsapp.phone(FRIEND);
  const shop = world.whatsapp.phone(ACCOUNT);
  const { sessionId } = await world.link(shop);
  const seen: Stanza[] = [];
  world.whatsapp.use({ name: 'log', onStanza: (s) => { if (s.tag === 'message' || (s.tag==='iq' && s.attrs.xmlns === 'privacy' && s.attrs.type==='set')) seen.push(s); return false; } });
  await friend.sendText(ACCOUNT, 'hola');
  await world.backend.next('messages/received');
  for (const t of ['1','2','3']) { await world.orchestrator.send(sessionId, FRIEND, t); await new Promise(r => setTimeout(r, 100)); }
  process.stderr.write(JSON.stringify(seen.map((s) => [s.tag, s.attrs.to, !!childOf(s, 'tctoken'), JSON.stringify(childOf(s,'tokens')?.content)])) + '\n');
  process.stderr.write('issued ' + friend.trust.tokensFrom(shop) + '\n');
});
