import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const repository = path.join(__dirname, "../../..");

async function build(...args: string[]): Promise<{ code: number; stderr: string }> {
  const program = ["--require", "tsx/cjs", "deploy/package/build-images.ts", ...args];
  try {
    const { stderr } = await promisify(execFile)(process.execPath, program, { cwd: repository });
    return { code: 0, stderr };
  } catch (error) {
    return error as { code: number; stderr: string };
  }
}

describe("building images is refused", () => {
  test("with a base image that is only a name, where a digest is asked for", async () => {
    const { code, stderr } = await build("--only", "training", "--pinned");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^USAGE: --node-image is "node:24-bookworm-slim", .*--pinned expects a digest/);
  });

  test("without the version that a scoring image is for", async () => {
    const { code, stderr } = await build();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^USAGE: A scoring image holds one version of a model\. Name the version, for example --model/,
    );
  });
});

test.each([
  ["scoring", 600, 1, "below 1 GiB, the smallest container that it is meant for"],
  ["training", 2400, 4, "below 4 GiB, the smallest container that it is meant for"],
  ["cli", 900, 1.75, "below what the smallest plan of App Service has, 1.75 GiB"],
])(
  "the image of %s holds its heap of %d MiB at three fifths of %d GiB at most",
  async (image, heapMiB, containerGiB, said) => {
    const dockerfile = await readFile(path.join(repository, image, "Dockerfile"), "utf8");
    expect(dockerfile).toContain(`NODE_OPTIONS=--max-old-space-size=${heapMiB} `);
    expect(dockerfile).toContain(said);
    expect(heapMiB).toBeLessThanOrEqual(0.6 * 1024 * containerGiB);
  },
);
