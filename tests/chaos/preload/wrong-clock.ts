/** Loaded into an orchestrator before it starts: on SIGUSR2 its clock is wrong by `WRONG_BY_HOURS`, and with the next one right again. */
const { now } = Date;
const RealDate = Date;
let shiftMs = 0;

class WrongDate extends RealDate {
  constructor(...args: [] | ConstructorParameters<DateConstructor>) {
    if (args.length === 0) super(now() + shiftMs);
    else super(...(args as [number]));
  }

  static override now(): number {
    return now() + shiftMs;
  }
}

globalThis.Date = WrongDate as DateConstructor;

process.on('SIGUSR2', () => {
  shiftMs = shiftMs === 0 ? Number(process.env.WRONG_BY_HOURS) * 3_600_000 : 0;
});
