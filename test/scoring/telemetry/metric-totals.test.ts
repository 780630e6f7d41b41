import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { countedIn, MetricTotals, type MetricValues } from "../../../scoring/telemetry/metric-totals";

/** The metrics of a process that has answered so many requests and holds so much memory. */
function registryOf(requests: number, memory: number): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: "requests", help: "r", labelNames: ["status"], registers }).inc(
    { status: "2xx" },
    requests,
  );
  new Gauge({ name: "memory", help: "m", registers }).set(memory);
  const rows = new Histogram({ name: "rows", help: "h", buckets: [1, 10], registers });
  for (let row = 0; row < requests; row++) rows.observe(5);
  return registry;
}

const valuesOf = (requests: number, memory = 1): Promise<MetricValues> =>
  registryOf(requests, memory).getMetricsAsJSON();

async function sum(totals: MetricTotals, answers: [number, MetricValues][] = []) {
  const text = await totals.text(new Map(answers));
  const value = (name: string): number | undefined => {
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.split(" ")[1]);
  };
  return {
    requests: value('requests{status="2xx"}'),
    rows: value("rows_count"),
    upTo10: value('rows_bucket{le="10"}'),
    memory: value("memory"),
  };
}

describe("the sum of the metrics of several processes", () => {
  test("has what those that ended have counted, and of those that live the whole", async () => {
    const totals = new MetricTotals();
    totals.counted(1, await valuesOf(40, 7));
    totals.counted(2, await valuesOf(30));
    totals.end(1);
    const two: [number, MetricValues] = [2, await valuesOf(31, 3)];
    expect(await sum(totals, [two])).toEqual({ requests: 71, rows: 71, upTo10: 71, memory: 3 });
    totals.end(2);
    expect(await sum(totals)).toMatchObject({ requests: 70, rows: 70 });
    expect((await sum(totals)).memory).toBeUndefined();
    expect(await sum(totals, [[3, await valuesOf(5, 1)]])).toMatchObject({ requests: 75, memory: 1 });
  });

  test("takes one that gives no answer at its last word", async () => {
    const totals = new MetricTotals();
    totals.counted(1, await valuesOf(40));
    totals.counted(2, await valuesOf(30));
    expect(await sum(totals, [[2, await valuesOf(35)]])).toMatchObject({ requests: 75, rows: 75, memory: 1 });
  });

  test("counts one that ends twice, or without a word, no more than once", async () => {
    const totals = new MetricTotals();
    totals.counted(1, await valuesOf(40));
    totals.end(1);
    totals.end(1);
    totals.end(2);
    expect(await sum(totals)).toMatchObject({ requests: 40, rows: 40 });
  });
});

test("only counters and histograms are read, as reading sets some gauges back", async () => {
  const registry = registryOf(2, 9);
  const read = jest.fn();
  new Gauge({ name: "lag", help: "l", registers: [registry], collect: read });
  expect((await countedIn(registry)).map(({ name }) => name)).toEqual(["requests", "rows"]);
  expect(read).not.toHaveBeenCalled();
});
