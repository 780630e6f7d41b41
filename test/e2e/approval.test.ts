import { execFileSync } from "node:child_process";
import { appendFile } from "node:fs/promises";
import type { RunRecord } from "../../cli/runs/runs";
import type { DeploymentStatus } from "../../platform/release/deployment";
import type { Started } from "./mlops";
import { hasScript, Workplace } from "./mlops";

/** What a person types, and what comes of it. */
interface Reply {
  readonly typed: string;
  readonly code: number;
  readonly said: string;
  readonly columns?: number;
}

async function statusOf(
  place: Workplace,
): Promise<{ prod: DeploymentStatus | undefined; runs: RunRecord[] }> {
  const { deployments, runs } = await place.json<{ deployments: DeploymentStatus[]; runs: RunRecord[] }>([
    "status",
  ]);
  return { prod: deployments.find(({ environment }) => environment === "prod"), runs };
}

describe("a version that passed its tests", () => {
  const place = new Workplace();
  afterAll(() => place.remove());
  let goOn: string[] = [];
  const question = "Release diabetes:1 to production? [y/N]";

  test("waits for approval when there is nobody to ask, and that is no failure", async () => {
    const { code, stdout, stderr } = await place.run(["lifecycle"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const said = /diabetes:1 passed its tests and waits for approval\. Release it with `mlops (.+)`\./.exec(
      stdout,
    );
    goOn = said?.[1]?.split(" ") ?? [];
    expect(goOn).toEqual(["promote", "diabetes:1", "--yes"]);
    const { prod, runs } = await statusOf(place);
    expect(prod).toMatchObject({ history: [] });
    expect(runs).toMatchObject([{ outcome: "waiting-for-approval" }]);
    expect(await place.processes()).toEqual([]);
  });

  test("is not released by a promotion that nobody approves, and that exits with 1", async () => {
    const run = await place.json<RunRecord>(["promote", "diabetes:1"], 1);
    expect(run.outcome).toBe("waiting-for-approval");
    expect((await statusOf(place)).prod).toMatchObject({ history: [] });
  });

  const onTerminal = hasScript() ? test : test.skip;
  const asked = async (columns?: number): Promise<Started> => {
    const started = place.startOnTerminal(["promote"], columns);
    await started.printed(question);
    return started;
  };

  onTerminal.each([
    ["no", { typed: "n\r", code: 1, said: "diabetes:1 was not approved; production stays as it is." }],
    ["Ctrl-C", { typed: "\x03", code: 130, said: "Stopping." }],
    [
      "Ctrl-D, on a terminal that does not know its width",
      { typed: "\x04", code: 1, said: "diabetes:1 was not approved", columns: 0 },
    ],
  ])(
    "is not released by a person who answers with %s",
    async (_name, { typed, code, said, columns }: Reply) => {
      const started = await asked(columns);
      started.process.stdin?.write(typed);
      const ended = await started.ended;
      expect(ended.code).toBe(code);
      expect(ended.stdout).toContain(said);
      expect(ended.stdout).not.toContain("release  ");
      expect(await place.processes()).toEqual([]);
    },
  );

  test("is refused when its package is not the one that was tested", async () => {
    const { runs } = await statusOf(place);
    const folder = runs[0]?.release?.package ?? "";
    await appendFile(`${folder}/model/model.onnx`, "x");
    const { code, stderr } = await place.run(goOn);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `MODEL_INVALID: The package of diabetes:1 was changed after it was packaged. Delete ${folder} and run \`mlops package diabetes:1\` again.`,
    );
    expect((await statusOf(place)).prod).toMatchObject({ history: [] });
    // The remedy is one.
    execFileSync("rm", ["-r", folder]);
    await place.json(["package", "diabetes:1"]);
  });

  onTerminal("is released by a person who answers with y", async () => {
    const started = await asked();
    started.process.stdin?.write("y\r");
    const ended = await started.ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("diabetes:1 is in production. It serves at http://127.0.0.1:");
  });

  test("is released once: to promote it again changes nothing and says so", async () => {
    if (!hasScript()) await place.json(goOn);
    const before = await statusOf(place);
    const again = await place.run(goOn);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toBe(
      `diabetes:1 is in production already. It serves at ${before.prod?.url}; \`mlops stop\` ends it.\n`,
    );
    const after = await statusOf(place);
    expect(after.prod?.history).toEqual(before.prod?.history);
    expect(after.runs).toEqual(before.runs);
    expect(after.prod?.previous).toBeUndefined();
    await place.run(["stop"]);
    expect((await place.run(["promote"])).stdout).toBe(
      "diabetes:1 is in production already. `mlops serve` serves it.\n",
    );
    expect(await place.processes()).toEqual([]);
  });
});

describe("a version that has not passed its tests", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test.each([
    ["is not known", [], "NOT_FOUND: diabetes:1 is not in the registry."],
    ["is only registered", ["lifecycle", "--until", "register"], "has no package. Run `mlops package --run"],
    [
      "is only packaged",
      ["package"],
      "diabetes:1 has not passed its tests in qa. Run `mlops deploy`, `mlops smoke` and `mlops load` first",
    ],
  ])("is refused, with the reason, when it %s", async (_name, before, reason) => {
    if (before.length > 0) await place.json(before);
    for (const args of [
      ["promote", "diabetes:1", "--yes"],
      ["deploy", "diabetes:1", "--environment", "prod", "--weight", "10"],
    ]) {
      const { code, stdout, stderr } = await place.run(args);
      expect({ code, released: stdout.includes("✔ release") }).toEqual({ code: 1, released: false });
      if (args[0] === "promote") expect(stderr).toContain(reason);
    }
    expect((await statusOf(place)).prod).toMatchObject({ history: [] });
    expect(await place.processes()).toEqual([]);
  });
});
