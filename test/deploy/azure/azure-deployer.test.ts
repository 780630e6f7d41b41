import { AzureDeployer } from "../../../deploy/azure/azure-deployer";
import type { StackOptions } from "../../../deploy/azure/pulumi-stack";
import { ReleaseStack } from "../../../deploy/azure/release-stack";
import type { Served } from "../../../deploy/azure/served-record";
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
      name: "prod",
      environmentOutputs: () => Promise.resolve({ serving: { kind: "kubernetes" } }),
      outputs: () => Promise.resolve({ release, scoringUrl: "https://scoring.example" }),
      history: () => Promise.resolve([]),
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

test("a release is refused by an environment that was never made, and makes none", async () => {
  const update = jest.fn();
  const stack = {
    name: "prod",
    environmentOutputs: () => Promise.resolve({}),
    outputs: () => Promise.resolve({}),
    history: () => Promise.resolve([]),
    update,
  } as unknown as ReleaseStack;
  const open = jest.spyOn(ReleaseStack, "open").mockResolvedValue(stack);
  const imageFor = jest.fn();
  try {
    const deployer = new AzureDeployer({ project: folder(), imageFor });
    expect(await deployer.status("prod", "cost")).toMatchObject({ environment: "prod", history: [] });
    const release = { model: "cost:1", digest: digestOf("cost:1") };
    await expect(deployer.deploy("prod", release, { weight: 100, shadow: 0 })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(
        /Stack prod has no infrastructure for a version to run on.*npm run infra:up -- --stack prod/,
      ),
    });
    // No image is built or copied for it, either.
    expect([imageFor.mock.calls, update.mock.calls]).toEqual([[], []]);
  } finally {
    open.mockRestore();
  }
});

test("a release to a container group has it started, as its schedule may have stopped it, and is recorded", async () => {
  const image = `registry.example/scoring@sha256:${digestOf("1")}`;
  let release: ReleaseState = { canaryPercent: 0 };
  const stack = {
    name: "qa",
    environmentOutputs: () => Promise.resolve({ serving: { kind: "containers" }, insightsAppId: "app" }),
    outputs: () => Promise.resolve({ release, scoringUrl: "http://scoring", containerGroupId: "/group" }),
    history: () => Promise.resolve([]),
    update: (next: ReleaseState) => {
      release = next;
      return Promise.resolve({});
    },
  } as unknown as ReleaseStack;
  const open = jest.spyOn(ReleaseStack, "open").mockResolvedValue(stack);
  const started: string[] = [];
  const recorded: Served[] = [];
  try {
    const deployer = new AzureDeployer({
      project: folder(),
      imageFor: () => Promise.resolve(image),
      start: (group) => Promise.resolve(void started.push(group)),
      record: (served) => Promise.resolve(void recorded.push(served)),
    });
    await deployer.deploy("qa", { model: "cost:1", digest: digestOf("cost:1") }, { weight: 100, shadow: 0 });
    expect(started).toEqual(["/group"]);
    expect(recorded).toEqual([
      {
        deployment: expect.objectContaining({
          canary: expect.objectContaining({ model: "cost:1", image }) as object,
        }) as object,
        url: "http://scoring",
        outputs: { insightsAppId: "app" },
      },
    ]);
  } finally {
    open.mockRestore();
  }
});
