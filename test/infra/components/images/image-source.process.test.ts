import { cp, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { layOutImage, type LayOutRequest } from "../../../../infra/components/images/image-source";
import { digestOfDirectory } from "../../../../platform/base/files";

const nodeImage = `node:24-bookworm-slim@sha256:${"1".repeat(64)}`;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "mlops-contexts-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const layOut = (change: Partial<LayOutRequest> = {}) =>
  layOutImage({ kind: "training", nodeImage, directory: path.join(directory, "contexts"), ...change });

/** A package as `mlops package` writes it, as far as an image is concerned. */
async function packageOf(model: string): Promise<string> {
  const folder = path.join(directory, model.replace(":", "-"));
  await cp(path.join(__dirname, "../../../../models/diabetes"), path.join(folder, "model"), {
    recursive: true,
  });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ model, modelDigest: "0" }));
  return folder;
}

describe("what an image is built from", () => {
  test("is laid out once, and found again as long as nothing has changed", async () => {
    const first = await layOut();
    expect(first).toMatchObject({
      repository: "mlops-training",
      // None of the samples is fitted by Python.
      target: "plain",
      tag: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
      buildArgs: { NODE_IMAGE: nodeImage, NODE_IMAGE_DIGEST: `sha256:${"1".repeat(64)}`, TITLE: "training" },
    });
    expect(path.basename(first.context)).toMatch(/^training-[0-9a-f]{12}$/);
    expect((await digestOfDirectory(first.context)).slice(0, 12)).toBe(first.context.split("-").pop());
    expect((await readdir(first.context)).sort()).toEqual(["definitions", "native", "programs", "writable"]);
    const made = (await stat(first.context)).ino;

    // The folder is the same one: nothing was laid out again.
    expect(await layOut()).toEqual(first);
    expect((await stat(first.context)).ino).toBe(made);

    // Another base image: another tag of the same content.
    const other = await layOut({ nodeImage: "node:24-bookworm-slim" });
    expect([other.context, other.buildArgs.NODE_IMAGE_DIGEST]).toEqual([first.context, ""]);
    expect(other.tag).not.toBe(first.tag);
  });

  test("is the same wherever it is laid out, by two updates at once, and after somebody has changed it", async () => {
    const [one, other] = await Promise.all([layOut(), layOut()]);
    expect(one).toEqual(other);
    const left = (await readdir(path.dirname(one.context))).filter((name) => name.startsWith("."));
    expect(left).toEqual([]);

    await writeFile(path.join(one.context, "programs/srv/app/main.js"), "changed");
    expect(await layOut()).toEqual(one);
    expect((await digestOfDirectory(one.context)).slice(0, 12)).toBe(one.context.split("-").pop());
  });

  test("holds the package of one model version, for scoring", async () => {
    const source = await layOut({ kind: "scoring", package: await packageOf("diabetes:3") });
    expect(source.repository).toBe("mlops-scoring-diabetes");
    expect(source.tag).toMatch(/^3-[0-9a-f]{12}$/);
    expect(source.buildArgs).toMatchObject({ TITLE: "scoring diabetes:3", VERSION: "diabetes-3" });
    expect(await readdir(path.join(source.context, "package/srv/package"))).toContain("package.json");

    const next = await layOut({ kind: "scoring", package: await packageOf("diabetes:4") });
    expect(next.context).not.toBe(source.context);
    // One model's context after the other would fill the disk.
    await expect(stat(source.context)).rejects.toThrow(/ENOENT/);
  });

  test.each([
    [undefined, /A scoring image holds one model version, and no package is set/],
    [__dirname, /is not a model package\. Expected the folder that `mlops package/],
  ])("needs a package, for scoring: %s", async (folder, message) => {
    await expect(layOut({ kind: "scoring", ...(folder && { package: folder }) })).rejects.toThrow(message);
  });
});
