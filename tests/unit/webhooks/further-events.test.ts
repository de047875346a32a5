import type { FurtherEvent, FurtherEventKind } from '../../../src/domain/further-event.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { NewFurtherEvent } from '../../../src/ports/callbacks.ts';
import { WantedFurtherEvents } from '../../../src/webhooks/subscriptions/further-events.ts';
import { ANA, BEA } from '../../contracts/storage/support.ts';

function further(kind: FurtherEventKind): NewFurtherEvent {
  return { event: { kind, body: { session_id: ANA, timestamp: '' } } as FurtherEvent, webhookId: kind };
}

describe('further events', () => {
  const stored: string[] = [];
  const store = {
    add: (sessionId: SessionId, events: readonly NewFurtherEvent[]) => {
      stored.push(...events.map(({ webhookId }) => `${sessionId} ${webhookId}`));
      return Promise.resolve();
    },
  };

  beforeEach(() => {
    stored.length = 0;
  });

  it('are stored only while a webhook wants them, of that session', async () => {
    const events = new WantedFurtherEvents(store);
    await events.add(ANA, [further('call'), further('presence')]);
    expect(stored).toEqual([]);

    events.wishOf({ id: 'a', events: ['call', 'message-received'], sessions: [ANA] });
    await events.add(BEA, [further('call')]);
    await events.add(ANA, [further('call'), further('presence'), further('group-update')]);
    expect(stored).toEqual([`${ANA} call`]);

    events.wishOf({ id: 'a', events: ['message-received'], sessions: null });
    await events.add(ANA, [further('call')]);
    expect(stored).toHaveLength(1);
    events.wishOf({ id: 'b', events: null, sessions: null });
    expect(events.isWanted(BEA, 'call')).toBe(true);
    // Nobody has named it.
    expect(events.isWanted(BEA, 'presence')).toBe(false);
    events.forget('b');
    expect(events.isWanted(BEA, 'call')).toBe(false);
  });
});
