import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { listFiles } from "../../platform/base/files";
import type { ModelVersion } from "../../platform/registry/registry";
import type { Ended } from "./mlops";
import { Workplace, until } from "./mlops";

const release = ["lifecycle", "--yes"];

function expectNoTrace({ stdout, stderr }: Ended): void {
  expect(stdout + stderr).not.toMatch(/\n\s+at |This is a bug/);
}

/** Everything that is registered is whole, and nobody works here any more. */
async function expectSound(place: Workplace): Promise<void> {
  await until(async () => (await place.processes()).length === 0);
  const versions = await place.json<ModelVersion[]>(["registry", "list"]);
  for (const { name, version } of versions) await place.json(["registry", "show", `${name}:${version}`]);
  expect((await readdir(place.path("locks"))).filter((name) => name.endsWith(".lock"))).toEqual([]);
}

describe("a run that is told to stop", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test.each([
    // While it trains, while it loads QA, and while the canary answers.
    ["SIGINT", "split", 130, "stopped"],
    ["SIGTERM", "smoke", 143, "registered"],
    ["SIGINT", "approve", 130, "registered"],
  ] as const)("by %s after the step %s ends with nothing left", async (signal, step, code, outcome) => {
    const started = place.start(release);
    await started.printed(`✔ ${step} `);
    started.process.kill(signal);
    const ended = await started.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain("Stopping.");
    expectNoTrace(ended);
    expect(await place.processes()).toEqual([]);
    expect(await place.halfWritten()).toEqual([]);
    await expectSound(place);
    const { runs, deployments } = await place.json<{ runs: RunRecord[]; deployments: DeploymentStatus[] }>([
      "status",
    ]);
    expect(runs[0]?.outcome).toBe(outcome);
    expect(runs[0]?.steps.map(({ status }) => status)).not.toContain("failed");
    expect(deployments.map(({ canary, url }) => [canary, url])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test("a reader that has seen enough ends it as well", async () => {
    const started = place.start([...release, "--data", "models/diabetes/data.csv"], {
      MLOPS_ON_NO_PROMOTION: "continue",
    });
    await started.printed("✔ check ");
    started.process.stdout?.destroy();
    const ended = await started.ended;
    expect(ended).toMatchObject({ code: 141, stderr: "" });
    await expectSound(place);
    expect(await place.halfWritten()).toEqual([]);
  });

  test("a command whose answer is not read to the end has done its work", async () => {
    const started = place.start(["status"]);
    started.process.stdout?.destroy();
    expect(await started.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a workspace in which a run is killed", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test.each([
    ["split", "stopped"],
    ["approve", "registered"],
  ])(
    "after the step %s leaves no process, no run that seems to be running, and its lock to the next",
    async (step, outcome) => {
      const started = place.start(release);
      await started.printed(`✔ ${step} `);
      started.process.kill("SIGKILL");
      await started.ended;
      await until(async () => (await place.processes()).length === 0, 30_000);
      const { runs } = await place.json<{ runs: RunRecord[] }>(["status"]);
      expect(runs[0]).toMatchObject({ outcome });
    },
  );

  test("what it left half-written goes with the next run, which works", async () => {
    const [killed] = (await readdir(place.path("runs"))).sort();
    await mkdir(place.path("runs", killed ?? "", "model.123-0a1b2c3d.tmp"));
    await writeFile(place.path("runs", killed ?? "", "run.json.123-0a1b2c3d.tmp"), "{");
    await mkdir(place.path("packages", "diabetes-9-0123456789ab.0a1b.tmp", "model"), { recursive: true });
    const other = place.path("packages", "titanic-1-0123456789ab.0a1b.tmp");
    await mkdir(other);
    const run = await place.json<RunRecord>(["lifecycle", "--until", "package"]);
    expect(run).toMatchObject({ version: "diabetes:1", release: { model: "diabetes:1" } });
    await rm(other, { recursive: true });
    expect(await place.halfWritten()).toEqual([]);
    await expectSound(place);
  });

  test("what had passed its tests is released from there", async () => {
    const run = await place.json<RunRecord>(["promote", "--yes"]);
    expect(run).toMatchObject({ outcome: "released", version: "diabetes:1" });
    await place.json(["stop"]);
  });

  /** Runs with a file's content replaced, and puts it back. */
  async function whileChanged(
    file: string,
    change: (content: Buffer) => string | Buffer,
    run: () => Promise<void>,
  ): Promise<void> {
    const before = await readFile(file);
    await writeFile(file, change(before));
    try {
      await run();
    } finally {
      await writeFile(file, before);
    }
  }

  const flipped = (content: Buffer): Buffer =>
    Buffer.concat([content.subarray(0, -1), Buffer.from([(content.at(-1) ?? 0) ^ 1])]);

  test("a garbled version.json is named by list and show, and its number is not used again", async () => {
    await whileChanged(
      place.path("registry/diabetes/1/version.json"),
      () => "{",
      async () => {
        const list = await place.run(["registry", "list"]);
        expect(list.code).toBe(0);
        expect(list.stdout).toMatch(
          /registry\/diabetes\/1\/version\.json is not as the registry wrote it\. Restore it/,
        );
        const show = await place.run(["registry", "show", "diabetes:1"]);
        expect(show).toMatchObject({ code: 1 });
        expect(show.stderr).toMatch(/^REGISTRY_CORRUPT: .*version\.json/m);
        expectNoTrace(show);
        const run = await place.json<RunRecord>(["lifecycle", "--until", "register"], 0, {
          MLOPS_EVALUATION: "off",
        });
        expect(run.version).toBe("diabetes:2");
      },
    );
  });

  test("a changed byte in model.onnx is found by show, and the package of it is refused", async () => {
    await whileChanged(place.path("registry/diabetes/1/model/model.onnx"), flipped, async () => {
      const show = await place.run(["registry", "show", "diabetes:1"]);
      expect(show.stderr).toMatch(/^REGISTRY_CORRUPT: .*model\.onnx has changed\. Restore/m);
      expect(show.code).toBe(1);
    });
  });

  test("a corrupt deployment.json stops what needs it, with its path and the remedy", async () => {
    await whileChanged(
      place.path("environments/prod/diabetes/deployment.json"),
      () => `{"environment": 1}`,
      async () => {
        for (const args of [["status"], ["serve"], release]) {
          const ended = await place.run(args);
          expect(ended.stderr).toMatch(
            /^STORAGE_FAILED: .*prod\/diabetes\/deployment\.json is corrupt.*deploy again/m,
          );
          expect(ended.code).toBe(1);
          expectNoTrace(ended);
        }
      },
    );
  });

  test("a garbled run.json is reported and left out", async () => {
    const { runs } = await place.json<{ runs: RunRecord[] }>(["status"]);
    const id = runs.at(-1)?.id ?? "";
    await whileChanged(
      place.path("runs", id, "run.json"),
      () => "{",
      async () => {
        const status = await place.run(["status"]);
        expect(status).toMatchObject({ code: 0, stderr: "" });
        expect(status.stdout).toMatch(new RegExp(`${id}/run\\.json is not valid JSON\\. Restore it`));
        const report = await place.run(["report", "--run", id]);
        expect(report.stderr).toMatch(/^STORAGE_FAILED: .*run\.json/m);
        expectNoTrace(report);
      },
    );
  });

  test("one gateway serves for two `mlops serve`, until the one that started it ends", async () => {
    const first = place.start(["serve"]);
    await first.printed("Ctrl-C stops it");
    const url = /serves at (\S+?)\. /.exec(first.output())?.[1] ?? "";
    const second = place.start(["serve"]);
    await second.printed("Ctrl-C stops it");
    expect(second.output()).toContain(url);
    second.process.kill("SIGINT");
    expect((await second.ended).code).toBe(130);
    expect((await fetch(path.posix.join(url, "readyz").replace(":/", "://"))).status).toBe(200);
    first.process.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    expect(await place.processes()).toEqual([]);
  });
});

describe("two at once", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test("one run goes on, the other says who is in the way", async () => {
    const first = place.start(["lifecycle", "--until", "qa"]);
    await first.printed("✔ check ");
    const second = await place.run(release);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(
        `^BUSY: Another lifecycle of diabetes is under way: process ${first.process.pid} .*Wait until it ends`,
        "m",
      ),
    );
    expectNoTrace(second);
    expect((await first.ended).code).toBe(0);
    expect(
      await listFiles(place.path("runs")).then((files) => files.filter((file) => file.endsWith("run.json"))),
    ).toHaveLength(1);
  });
});
