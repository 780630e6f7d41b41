import type { RunRecord } from "../../../cli/runs/runs";
import { packageStep } from "../../../cli/steps/release-steps";
import type { RunContext } from "../../../cli/steps/step";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import type { PackagedRelease } from "../../../platform/release/deployment";
import { makeModelDirectory } from "../../platform/registry/model-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const pushed = `registry.example/diabetes@sha256:${"1".repeat(64)}`;

/** What the target was given to publish, and the run after it. */
async function packaged(run: Partial<RunRecord>): Promise<{ given: PackagedRelease; run: RunRecord }> {
  const published: PackagedRelease[] = [];
  const context = {
    session: {
      registry: openLocalRegistry(folder("registry"), { report: () => undefined }),
      workspace: { packages: folder("packages") },
      settings: {},
    },
    run: { id: "r", model: "diabetes", version: "diabetes:1", ...run } as RunRecord,
    target: {
      publish: (release: PackagedRelease) => {
        published.push(release);
        return Promise.resolve({ ...release, image: release.image ?? pushed });
      },
    },
  } as unknown as RunContext;
  await packageStep.run(context);
  const [given] = published;
  if (given === undefined) throw new Error("nothing was published");
  return { given, run: context.run };
}

test("a version that was packaged before is published where it is released to; one that was published keeps its image", async () => {
  const registry = openLocalRegistry(folder("registry"), { report: () => undefined });
  await registry.register("diabetes", await makeModelDirectory(folder("model")), {});
  const first = await packaged({});
  const { image, ...onThisMachine } = first.run.release ?? first.given;
  expect(image).toBe(pushed);
  expect(onThisMachine).toEqual(first.given);

  expect((await packaged({ release: onThisMachine })).run.release).toMatchObject({ image: pushed });
  const other = `registry.example/by-hand@sha256:${"2".repeat(64)}`;
  expect((await packaged({ release: { ...onThisMachine, image: other } })).given.image).toBe(other);
  const stale = { ...onThisMachine, digest: "0".repeat(64) as PackagedRelease["digest"], image: other };
  expect((await packaged({ release: stale })).run.release?.image).toBe(pushed);
});
