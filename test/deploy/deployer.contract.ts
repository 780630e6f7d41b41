import type { Deployer, DeploymentStatus, Release } from "../../platform/release/deployment";

/** An environment of its own, with releases of one model. */
export interface DeployerUnderTest {
  readonly deployer: Deployer;
  readonly environment: string;
  readonly model: string;
  release(version: number): Release;
  /** Asked at the end, before it is closed: what only this deployer promises. */
  verify?(): void | Promise<void>;
  close(): Promise<void>;
}

/** What a status says, with versions in place of releases. */
function summary({ stable, canary, previous }: DeploymentStatus): Record<string, unknown> {
  const version = (release: Release): number => Number(release.model.split(":")[1]);
  return {
    ...(stable && { stable: version(stable) }),
    ...(canary && { canary: version(canary), weight: canary.weight }),
    ...(previous && { previous: version(previous) }),
  };
}

/** What every deployer does, whatever it deploys to. A change is costly in some, so that it is one story. */
export function deployerContract(open: () => Promise<DeployerUnderTest>): void {
  test("a release goes from canary to stable and back, and what cannot be is refused", async () => {
    const under = await open();
    const { deployer, environment, model } = under;
    const traffic = (weight: number) => ({ weight, shadow: 0 });
    const status = () => deployer.status(environment, model);
    const deploy = async (version: number, weight: number) =>
      summary(await deployer.deploy(environment, under.release(version), traffic(weight)));
    const promote = async () => summary(await deployer.promote(environment, model));
    const rollback = async () => summary(await deployer.rollback(environment, model));
    try {
      const empty = await status();
      expect(empty).toEqual({ environment, model, history: [], samples: {} });
      await expect(deployer.weight(environment, model, traffic(10))).rejects.toMatchObject({
        code: "CONFLICT",
      });
      await expect(promote()).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(rollback()).rejects.toMatchObject({ code: "CONFLICT" });

      expect(await deploy(1, 100)).toEqual({ canary: 1, weight: 100 });
      const first = await deployer.promote(environment, model);
      expect(summary(first)).toEqual({ stable: 1 });
      expect(first.url).toMatch(/^https?:\/\//);
      expect(first.stable?.digest).toBe(under.release(1).digest);

      await expect(deploy(2, 101)).rejects.toMatchObject({ code: "USAGE" });
      expect(await deploy(2, 20)).toEqual({ stable: 1, canary: 2, weight: 20 });
      expect(await deploy(2, 20)).toEqual({ stable: 1, canary: 2, weight: 20 });
      const half = await deployer.weight(environment, model, traffic(50));
      expect(summary(half)).toEqual({ stable: 1, canary: 2, weight: 50 });
      expect(half.samples).toMatchObject({ stable: { requests: 0 }, canary: { requests: 0 } });
      expect(await promote()).toEqual({ stable: 2, previous: 1 });

      await deploy(3, 30);
      expect(await rollback()).toEqual({ stable: 2, previous: 1 });
      expect(await rollback()).toEqual({ stable: 1 });
      await expect(rollback()).rejects.toMatchObject({ code: "CONFLICT" });

      const last = await status();
      expect(summary(last)).toEqual({ stable: 1 });
      expect(last.history.map((event) => [event.action, event.model, event.detail])).toEqual([
        ["deploy", `${model}:1`, "weight 100 %"],
        ["promote", `${model}:1`, undefined],
        ["deploy", `${model}:2`, "weight 20 %"],
        ["deploy", `${model}:2`, "weight 20 %"],
        ["weight", `${model}:2`, "weight 50 %"],
        ["promote", `${model}:2`, `was ${model}:1`],
        ["deploy", `${model}:3`, "weight 30 %"],
        ["rollback", `${model}:3`, "canary removed"],
        ["rollback", `${model}:1`, `was ${model}:2`],
      ]);
      await under.verify?.();
    } finally {
      await under.close();
    }
  });
}
