import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readReleaseFile, writeReleaseFile } from "../../../cli/commands/release-file";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import type { RunRecord } from "../../../cli/runs/runs";
import { digestOf, writeJson } from "../../../platform/base/files";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-release-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function stageOf(verdict: CanaryStage["verdict"], requests: number): CanaryStage {
  const seen = { requests, failures: 0 };
  return {
    ...{ weight: 10, comparedWith: { kind: "stable", model: "cost:1" }, verdict, reason: "healthy" },
    ...{ explanation: "It is as it was.", reference: seen, canary: seen },
  };
}

const run: RunRecord = {
  id: "20261121T000000-cost-1234",
  model: "cost",
  startedAt: "2026-11-21T00:00:00.000Z",
  outcome: "registered",
  explanation: "cost:2 is registered.",
  dataFile: "/data.csv",
  steps: [],
  version: "cost:2",
  release: { model: "cost:2", package: "/packages/cost-2", digest: digestOf("2") },
  tests: { qa: { digest: digestOf("2"), smoke: 4 } },
  approval: { by: "somebody", at: "2026-11-21T01:00:00.000Z" },
  canary: [stageOf("advance", 132), stageOf("roll-back", 400)],
};

describe("the file by which a release goes to the next machine", () => {
  test("holds what it is made of, how it did in QA, who approved it, and what its canary showed; nothing else of the run", async () => {
    const file = path.join(folder, "release.json");
    const { id, release, tests, approval, canary } = run;
    await writeReleaseFile(file, run);
    expect(await readReleaseFile(file)).toEqual({ run: id, release, tests, approval, canary });
  });

  test("is made up of those in folders beside it, as a pipeline lays down what its stages have left", async () => {
    const file = path.join(folder, "handed", "release.json");
    const { id, release, tests, approval, canary, ...before } = run;
    const live = { digest: digestOf("2"), smoke: 5 };
    const of = (stage: string, more: Partial<RunRecord>): Promise<void> =>
      writeReleaseFile(path.join(folder, "handed", stage, "release.json"), {
        ...{ ...before, id, release, tests, approval },
        ...more,
      } as RunRecord);
    await of("canary-1", { ...(canary && { canary }) });
    await of("package", { tests: {} });
    await of("tested-qa", {});
    await of("tested-dev", { tests: { dev: live } });
    await mkdir(path.join(folder, "handed", "other"));
    expect(await readReleaseFile(file)).toEqual({
      run: id,
      release,
      tests: { ...tests, dev: live },
      approval,
      canary,
    });
    // A stage that ran again has shown something else.
    const again = [stageOf("advance", 7)];
    await of("canary-2", { canary: again });
    expect((await readReleaseFile(file)).canary).toEqual(again);
    await of("tested-of-another", { id: "20261122T000000-cost-5678" });
    await expect(readReleaseFile(file)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/are of two releases, .*-1234 and .*-5678|-5678 and .*-1234/),
    });
    // What is there by itself is not looked for elsewhere.
    await writeReleaseFile(file, run);
    expect(await readReleaseFile(file)).toMatchObject({ tests });
  });

  test("is that of the last package where a pipeline has packaged again: what earlier attempts have left does not count", async () => {
    const file = path.join(folder, "again", "release.json");
    const again = { id: "20261121T020000-cost-9999", tests: { qa: { digest: digestOf("2"), smoke: 6 } } };
    const of = (stage: string, more: Partial<RunRecord>): Promise<void> =>
      writeReleaseFile(path.join(folder, "again", stage, "release.json"), { ...run, ...more });
    await of("package-1", { tests: {} });
    await of("package-9", { tests: {} });
    await of("tested-qa-1", {});
    await of("package-10", { ...again, tests: {} });
    const first = await readReleaseFile(file);
    expect([first.run, first.tests?.qa]).toEqual([again.id, undefined]);
    await of("tested-qa-9", { ...again, tests: { qa: { digest: digestOf("2"), smoke: 5 } } });
    await of("tested-qa-10", again);
    expect(await readReleaseFile(file)).toMatchObject({ run: again.id, tests: again.tests });
    await of("tested-of-another", { id: "20261122T000000-cost-5678" });
    await expect(readReleaseFile(file)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("that is not there, or not as it was written, is refused with what to do", async () => {
    await expect(readReleaseFile(path.join(folder, "none.json"))).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("mlops package <version> --output <file>"),
    });
    const wrong = path.join(folder, "wrong.json");
    await writeJson(wrong, { run: "../../etc", release: run.release });
    await expect(readReleaseFile(wrong)).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    await writeFile(wrong, "{");
    await expect(readReleaseFile(wrong)).rejects.toMatchObject({
      message: expect.stringContaining("mlops package"),
    });
  });
});
