import { AzureDeployer } from "../../../deploy/azure/azure-deployer";
import { ReleaseStack, type StackOptions } from "../../../deploy/azure/release-stack";
import { digestOf } from "../../../platform/base/files";
import type { ReleaseState } from "../../../platform/release/release-state";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

test("a machine without Pulumi is told to install it", async () => {
  const { PATH } = process.env;
  process.env.PATH = folder();
  try {
    const deployer = new AzureDeployer({
      project: folder(),
      imageFor: () => Promise.reject(new Error("no image is wanted")),
    });
    await expect(deployer.status("qa", "cost")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/`pulumi` was not found\..*Install Pulumi/s),
    });
  } finally {
    process.env.PATH = PATH;
  }
});

describe("an interrupted release", () => {
  const image = (version: number): string => `registry.example/scoring@sha256:${digestOf(String(version))}`;
  const served = (version: number) => ({
    model: `cost:${version}`,
    digest: digestOf(`cost:${version}`),
    image: image(version),
  });

  /** A stack that serves a canary beside stable, and updates unless it has been told to stop. */
  function openStack({ signal }: StackOptions, updates: ReleaseState[]): ReleaseStack {
    let release: ReleaseState = { stable: served(1), canary: served(2), canaryPercent: 10 };
    return {
      outputs: () => Promise.resolve({ release, scoringUrl: "https://scoring.example" }),
      history: () => Promise.resolve([]),
      setting: () => Promise.resolve("kubernetes"),
      update: (next: ReleaseState) => {
        signal?.throwIfAborted();
        updates.push((release = next));
        return Promise.resolve({});
      },
    } as unknown as ReleaseStack;
  }

  test("is rolled back, although its signal has been given, and changes nothing else any more", async () => {
    const updates: ReleaseState[] = [];
    const open = jest
      .spyOn(ReleaseStack, "open")
      .mockImplementation((_, options) => Promise.resolve(openStack(options, updates)));
    try {
      const deployer = new AzureDeployer({
        project: folder(),
        imageFor: () => Promise.reject(new Error("no image is wanted")),
        signal: AbortSignal.abort(),
      });
      await expect(deployer.promote("prod", "cost")).rejects.toThrow(/abort/i);
      expect(updates).toEqual([]);
      expect(await deployer.rollback("prod", "cost")).toMatchObject({ stable: { model: "cost:1" } });
      expect(updates).toMatchObject([{ stable: { model: "cost:1" } }]);
      expect(updates[0]).not.toHaveProperty("canary");
    } finally {
      open.mockRestore();
    }
  });
});
