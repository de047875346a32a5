import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Creates metrics whose names begin with `orchestrator_`. */
export class Instruments {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: prefixed(name), help, labelNames, registers: [this.#registry] });
  }

  gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name: prefixed(name), help, labelNames, registers: [this.#registry] });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name: prefixed(name), help, buckets, labelNames, registers: [this.#registry] });
  }
}

function prefixed(name: string): string {
  return `orchestrator_${name}`;
}
