import { releaseThroughCanary, type CanaryRelease } from "../../../../deploy/rules/canary-release";
import { digestOf } from "../../../../platform/base/files";
import type { DeploymentStatus } from "../../../../platform/release/deployment";

const releaseOf = (version: number) => ({
  model: `cost:${version}`,
  package: "packages/x",
  digest: digestOf(String(version)),
});
const full = (path: string) =>
  Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "open",
    path,
  });

test("a release that a full disk ends says so, also of the canary that it cannot take away", async () => {
  const status: DeploymentStatus = {
    environment: "prod",
    model: "cost",
    stable: releaseOf(1),
    canary: { ...releaseOf(2), weight: 50, shadow: 0 },
    url: "http://127.0.0.1:9",
    history: [],
    samples: {},
  };
  const plan = {
    environment: "prod",
    release: releaseOf(2),
    rule: { weights: [50], shadowPercent: 0, minRequests: 15 },
    signal: new AbortController().signal,
    deployer: {
      status: () => Promise.resolve(status),
      rollback: () => Promise.reject(full("/home/deployment.json")),
    },
    testCanary: () => Promise.reject(full("/home/run.json")),
  } as unknown as CanaryRelease;
  await expect(releaseThroughCanary(plan)).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(
      /^Cannot open \/home\/run\.json\. The disk is full\..*\nThen the canary cost:2 could not be taken out of prod: Cannot open \/home\/deployment\.json\. The disk is full\./,
    ),
  });
});
