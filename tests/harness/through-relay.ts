import { newPostgresUrl } from './shared-postgres.ts';
import { SkippingClock } from './skipping-clock.ts';
import { TcpRelay } from './tcp-relay.ts';

/** What was opened on PostgreSQL, and how its connections are broken. */
export interface Relayed<Opened> extends AsyncDisposable {
  opened: Opened;
  relay: TcpRelay;
  /** By which it waits, for the network as well. */
  clock: SkippingClock;
}

/** Opens something on a new, empty storage in PostgreSQL, whose connections can be broken. Disposing of it closes what was opened. */
export async function throughRelay<Opened extends AsyncDisposable>(
  open: (url: string, clock: SkippingClock) => Promise<Opened>,
): Promise<Relayed<Opened>> {
  const url = new URL(await newPostgresUrl());
  const relay = await TcpRelay.start(Number(url.port));
  url.port = String(relay.port);
  const clock = new SkippingClock();
  const opened = await open(url.href, clock);
  const dispose = async () => {
    relay.comeBack();
    await opened[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  };
  return { opened, relay, clock, [Symbol.asyncDispose]: dispose };
}
