import { spawnSync } from "node:child_process";
import path from "node:path";
import { forgetServing } from "../../../../pipelines/steps/stacks/forget-serving";

const root = path.join(__dirname, "..", "..", "..", "..");
const urn = (type: string, name: string): string => `urn:pulumi:prod::mlops::${type}::${name}`;
const provider = urn("mlops:infra:KubernetesScoring$pulumi:providers:kubernetes", "scoring-kubernetes");
const cluster = urn("azure-native:containerservice:ManagedCluster", "scoring-cluster");
const route = urn("kubernetes:networking.istio.io/v1:VirtualService", "scoring-objects-routing");

/** As `pulumi stack export` has a stack of before, in little. */
const exported = {
  version: 3,
  deployment: {
    manifest: { version: "3.250.0" },
    secrets_providers: { type: "passphrase", state: { salt: "v1:abc" } },
    resources: [
      {
        urn: urn("pulumi:pulumi:Stack", "mlops-prod"),
        type: "pulumi:pulumi:Stack",
        outputs: { registry: "r.azurecr.io", release: { canaryPercent: 0 }, scoringUrl: "http://gateway" },
        dependencies: [cluster, route],
      },
      { urn: cluster, type: "azure-native:containerservice:ManagedCluster", outputs: { release: "kept" } },
      { urn: provider, type: "pulumi:providers:kubernetes", dependencies: [cluster] },
      { urn: route, type: "kubernetes:networking.istio.io/v1:VirtualService", provider: `${provider}::id` },
      {
        urn: urn("random:index/randomPassword:RandomPassword", "vault-primary-key"),
        type: "random:index/randomPassword:RandomPassword",
      },
      { urn: urn("azure-native:keyvault:Secret", "vault-primary-key"), type: "azure-native:keyvault:Secret" },
      {
        urn: urn("azure-native:monitor:DiagnosticSetting", "d"),
        type: "azure-native:monitor:DiagnosticSetting",
        propertyDependencies: { resourceUri: [cluster], name: [route] },
      },
    ],
  },
};

test("the environment forgets what is on its cluster and the API keys, and keeps everything else in Azure", () => {
  const { deployment, version } = forgetServing(exported);
  expect(version).toBe(3);
  expect(deployment).toMatchObject({
    manifest: exported.deployment.manifest,
    secrets_providers: exported.deployment.secrets_providers,
  });
  expect(deployment.resources.map(({ type }) => type)).toEqual([
    "pulumi:pulumi:Stack",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:monitor:DiagnosticSetting",
  ]);
  const [stack, kept, setting] = deployment.resources;
  // The environment's update is refused as long as its outputs say that it serves.
  expect(stack?.outputs).toEqual({ registry: "r.azurecr.io" });
  expect(kept?.outputs).toEqual({ release: "kept" });
  // Pulumi takes no state in which something depends on what is not there.
  expect(stack?.dependencies).toEqual([cluster]);
  expect(setting?.propertyDependencies).toEqual({ resourceUri: [cluster], name: [] });
});

test.each(["", "{}", '{"version":3}'])("an input that is no export is refused: %s", (input) => {
  const program = path.join(root, "pipelines", "steps", "stacks", "forget-serving.ts");
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--require", "tsx/cjs", program], {
    cwd: root,
    input,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  expect(stderr).toContain("USAGE: The input is not a stack export.");
  expect([status, stdout]).toEqual([2, ""]);
});
