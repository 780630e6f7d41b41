import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readReleaseFile, writeReleaseFile } from "../../../cli/commands/release-file";
import type { RunRecord } from "../../../cli/runs/runs";
import { digestOf, writeJson } from "../../../platform/base/files";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-release-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
  qa: { digest: digestOf("2"), smoke: 4 },
  approval: { by: "somebody", at: "2026-11-21T01:00:00.000Z" },
};

describe("the file by which a release goes to the next machine", () => {
  test("holds what it is made of, how it did in QA, and who approved it; nothing else of the run", async () => {
    const file = path.join(folder, "release.json");
    const { id, release, qa, approval } = run;
    await writeReleaseFile(file, run);
    expect(await readReleaseFile(file)).toEqual({ run: id, release, qa, approval });
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
