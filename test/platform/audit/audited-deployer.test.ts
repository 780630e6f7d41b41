import { actsOf } from "../../../platform/audit/acts-of";
import { auditedDeployer } from "../../../platform/audit/audited-deployer";
import { auditedRegistry } from "../../../platform/audit/audited-registry";
import { digestOf } from "../../../platform/base/files";
import type { Deployer, DeploymentStatus } from "../../../platform/release/deployment";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../base/temporary-folder";
import { makeModelDirectory } from "../registry/model-fixture";
import { trailIn } from "./trail.contract";

const folder = useTemporaryFolder();
const release = { model: "diabetes:2", package: "p", digest: digestOf("package") };
const served: DeploymentStatus = {
  environment: "prod",
  model: "diabetes",
  stable: release,
  history: [],
  samples: {},
};

test("every change of an environment is in the trail, with its reason and what serves after it", async () => {
  const calls: string[] = [];
  const did = (name: string) => (): Promise<DeploymentStatus> => {
    calls.push(name);
    return Promise.resolve(served);
  };
  const inner: Deployer = {
    status: did("status"),
    deploy: did("deploy"),
    weight: did("weight"),
    promote: did("promote"),
    rollback: did("rollback"),
  };
  const trail = trailIn(openLocalStorage(folder("audit")));
  const deployer = auditedDeployer(inner, trail);
  await deployer.status("prod", "diabetes");
  await deployer.deploy("prod", release, { weight: 10, shadow: 5 }, "a trial");
  await deployer.weight("prod", "diabetes", { weight: 50, shadow: 0 });
  await deployer.promote("prod", "diabetes", "healthy");
  await deployer.rollback("prod", "diabetes", "clients complain");
  expect(calls).toEqual(["status", "deploy", "weight", "promote", "rollback"]);
  const { entries } = await trail.verify();
  const stable = "diabetes:2";
  expect(
    actsOf(entries).map(({ act, subject, state, why, details }) => [act, subject, state, why, details]),
  ).toEqual([
    [
      "deploy",
      "diabetes:2",
      "done",
      "a trial",
      { digest: release.digest, weight: "10 %", shadow: "5 %", stable },
    ],
    ["weight", "diabetes", "done", undefined, { weight: "50 %", stable }],
    ["promote", "diabetes", "done", "healthy", { stable }],
    ["rollback", "diabetes", "done", "clients complain", { stable }],
  ]);
});

test("a registration is in the trail with its version, run and data, and what cannot be registered as failed", async () => {
  const trail = trailIn(openLocalStorage(folder("audit")));
  const registry = auditedRegistry(openLocalRegistry(folder("registry"), { report: () => undefined }), trail);
  const version = await registry.register("diabetes", await makeModelDirectory(folder("model")), {
    run: "r1",
    decision: "better",
    data: "d1",
  });
  await expect(registry.register("diabetes", folder("nothing"), {})).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  expect(await registry.list("diabetes")).toHaveLength(1);
  const { entries } = await trail.verify();
  expect(actsOf(entries)).toMatchObject([
    {
      act: "register",
      state: "done",
      why: "The gate decided: better.",
      details: { run: "r1", data: "d1", version: "diabetes:1", digest: version.digest },
    },
    { act: "register", state: "failed" },
  ]);
});
