import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Makes the metrics of ours, each with the name that all of them begin with. */
export class Instruments {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: ours(name), help, labelNames, registers: [this.#registry] });
  }

  gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name: ours(name), help, labelNames, registers: [this.#registry] });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name: ours(name), help, buckets, labelNames, registers: [this.#registry] });
  }
}

function ours(name: string): string {
  return `orchestrator_${name}`;
}
