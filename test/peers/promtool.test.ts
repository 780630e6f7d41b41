import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describeUnless, rows, useService } from "./python-tools";

/** Prometheus' own check: PEERS_PROMTOOL, or `promtool` where programs are (Debian's package `prometheus`). */
const promtool = process.env.PEERS_PROMTOOL ?? "promtool";
const found = spawnSync(promtool, ["--version"]).status === 0;
const skipReason = found ? undefined : `there is no ${promtool}`;

async function check(metrics: string): Promise<{ code: number; output: string }> {
  const child = spawn(promtool, ["check", "metrics"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  child.stdin.end(metrics);
  const [code] = (await once(child, "close")) as [number];
  return { code, output };
}

describeUnless(skipReason, "the metrics, held to account by promtool", () => {
  const service = useService();

  test("are as Prometheus wants them, after requests of every dialect and refused ones", async () => {
    const ask = async (address: string, body: object): Promise<number> => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(service.url + address, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await ask("/score", { data: rows })).toBe(200);
    expect(await ask("/invocations", { dataframe_records: rows })).toBe(200);
    expect(await ask("/score", { data: [] })).toBe(400);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('mlops_requests_total{dialect="score",status="2xx"} 1');
    expect(await check(metrics)).toEqual({ code: 0, output: "" });
  });

  test("would be refused if they were not", async () => {
    const { code, output } = await check("# HELP requests Requests.\n# TYPE requests counter\nrequests 1\n");
    expect(code).not.toBe(0);
    expect(output).toContain("_total");
  });
});
