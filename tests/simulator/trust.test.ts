import { bytesOf, childOf, node, type Stanza } from '../../simulator/kit/stanza.ts';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();
const DAY_S = 86_400;
const nowS = (): number => Math.floor(Date.now() / 1000);
const shop = () => scene.whatsapp.phone(SHOP);

afterEach(() => {
  shop().trust.unlock();
  shop().trust.cap = undefined;
});

/** The error of the ack for a message that the client sends to `to`, with these nodes. */
async function errorFor(id: string, to: string, content: Stanza[] = []): Promise<string | undefined> {
  await scene.client.sock!.sendNode(node('message', { id, to, type: 'text' }, content));
  return (await scene.client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id)).attrs.error;
}

/** Somebody new who has given the shop a token, and the token as the client got it. */
async function friend(number: string, t = nowS()): Promise<{ jid: string; lid: string; token: Stanza }> {
  const { jid, lid, trust } = scene.whatsapp.phone(number);
  trust.giveTo(shop(), { t });
  const notification = await scene.client.stanza(({ attrs }) => attrs.type === 'privacy_token' && attrs.from === lid);
  return { jid, lid, token: node('tctoken', {}, bytesOf(childOf(childOf(notification, 'tokens'), 'token'))) };
}

/** The answer to a GraphQL query. */
async function mex(queryId: string, variables: object): Promise<unknown> {
  const query = node('query', { query_id: queryId }, Buffer.from(JSON.stringify({ variables })));
  const iq = node('iq', { type: 'get', xmlns: 'w:mex', to: '@s.whatsapp.net' }, [query]);
  return JSON.parse(bytesOf(childOf(await scene.client.sock!.query(iq), 'result')).toString()).data;
}

it('tells the properties that clients act on, and only their hash to whoever has them', async () => {
  const ask = (attrs: Record<string, string>) =>
    scene.client.sock!.query(
      node('iq', { type: 'get', xmlns: 'abt', to: '@s.whatsapp.net' }, [node('props', { protocol: '1', ...attrs })]),
    );
  const props = childOf(await ask({}), 'props')!;
  const known = childOf(await ask({ hash: props.attrs.hash! }), 'props')!;

  const values = (props.content as Stanza[]).map(({ attrs }) => [attrs.config_code, attrs.config_value]);
  expect(Object.fromEntries(values)).toMatchObject({ 909: '26', 865: '604800', 10518: 'true' });
  expect(known).toMatchObject({ attrs: { hash: props.attrs.hash }, content: [] });
});

it('gives a token with the first message to somebody, and no other one that week', async () => {
  const luz = scene.whatsapp.phone('5491155550001');
  await luz.sendText(SHOP, 'uno');
  await luz.sendText(SHOP, 'dos');

  const notification = await scene.client.stanza(
    ({ attrs }) => attrs.type === 'privacy_token' && attrs.from === luz.lid,
  );
  const token = childOf(childOf(notification, 'tokens'), 'token');
  expect(token?.attrs).toMatchObject({ type: 'trusted_contact', jid: scene.client.creds.me!.id });
  expect(shop().trust.tokensFrom(luz)).toBe(1);
});

it('passes on the token that a client issues', async () => {
  const luz = scene.whatsapp.phone('5491155550002');
  await scene.client.sock!.issuePrivacyTokens([luz.lid]);

  expect(luz.trust.tokensFrom(shop())).toBe(1);
});

it('refuses an account with a timelock where it shows no token, and takes its messages where it shows one', async () => {
  const { lid, jid, token } = await friend('5491155550003');
  shop().trust.lock({ untilMs: Date.now() + 1e6 });

  expect(await errorFor('STRANGER', scene.ana.lid)).toBe('463');
  expect(await errorFor('FORGOTTEN', lid)).toBe('463');
  expect(await errorFor('SHOWN', lid, [token])).toBeUndefined();
  expect(await errorFor('SHOWN-BY-NUMBER', jid, [token])).toBeUndefined();
  shop().trust.unlock();
  expect(await errorFor('FREE-AGAIN', scene.ana.lid)).toBeUndefined();
});

it('counts the chats that an account begins with strangers, and refuses those above the limit', async () => {
  const { lid, token } = await friend('5491155550004');
  const strangers = ['5491155550005', '5491155550006', '5491155550007'].map((each) => scene.whatsapp.phone(each).lid);
  shop().trust.cap = { limit: 2, resetsAtMs: Date.now() + 1e9 };

  await errorFor('KNOWN', lid, [token]);
  const errors = [];
  for (const [index, to] of strangers.entries()) errors.push(await errorFor(`NEW-${index}`, to));
  errors.push(await errorFor('NEW-AGAIN', strangers[0]!));

  expect(errors).toEqual([undefined, undefined, '463', undefined]);
  expect(shop().trust.cap).toMatchObject({ limit: 2, used: 2 });
});

it('refuses what is sent again without the token of somebody who gave one', async () => {
  const { lid, token } = await friend('5491155550008');
  const again = node('enc', { v: '2', type: 'msg', count: '1' }, Buffer.from('x'));

  expect(await errorFor('AGAIN', lid, [again])).toBe('463');
  expect(await errorFor('AGAIN-SHOWN', lid, [again, token])).toBeUndefined();
});

it.each([
  [25 * 7, undefined],
  [27 * 7, '463'],
])('takes a token for 26 weeks: one of %d days ago gives %s', async (days, error) => {
  const { lid, token } = await friend(`54911555601${days}`, nowS() - days * DAY_S);
  shop().trust.lock({ untilMs: Date.now() + 1e6 });

  expect(await errorFor(`OLD-${days}`, lid, [token])).toBe(error);
});

it('shows a picture that is for trusted people only to those who show their token', async () => {
  const ana = scene.whatsapp.phone('5491155550009');
  ana.picture = { url: 'https://example.com/ana.jpg', shownTo: 'trusted' };
  const ask = () => scene.client.sock!.profilePictureUrl(ana.lid);

  await expect(ask()).rejects.toThrow();
  ana.trust.giveTo(shop());
  await scene.client.stanza(({ attrs }) => attrs.type === 'privacy_token' && attrs.from === ana.lid);
  await scene.whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  expect(await ask()).toBe('https://example.com/ana.jpg');
});

it('says by query and by notification what holds for the account; a secret timelock is null', async () => {
  const untilS = nowS() + 1000;
  shop().trust.lock({ untilMs: untilS * 1000 });
  shop().trust.cap = { limit: 10, used: 6, resetsAtMs: untilS * 1000 };
  const told = await scene.client.stanza(
    ({ attrs, ...stanza }) =>
      attrs.type === 'mex' && bytesOf(childOf({ attrs, ...stanza }, 'update')).includes('"used_quota":6'),
  );
  const timelock = await mex('23983697327930364', {});
  const cap = await mex('24503548349331633', { input: { type: 'INDIVIDUAL_NEW_CHAT_MSG' } });
  shop().trust.lock({ untilMs: untilS * 1000, isSecret: true });

  expect(childOf(told, 'update')?.attrs.op_name).toBe('MessageCappingInfoNotification');
  expect(timelock).toEqual({
    xwa2_fetch_account_reachout_timelock: {
      is_active: true,
      time_enforcement_ends: String(untilS),
      enforcement_type: 'DEFAULT',
    },
  });
  expect(cap).toMatchObject({
    xwa2_message_capping_info: { total_quota: 10, used_quota: 6, capping_status: 'FIRST_WARNING' },
  });
  expect(await mex('23983697327930364', {})).toEqual({ xwa2_fetch_account_reachout_timelock: null });
});
