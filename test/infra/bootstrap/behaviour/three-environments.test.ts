import { readFileSync } from "node:fs";
import path from "node:path";
import { readOptions } from "../../../../infra/bootstrap/options";
import { parseEnvironments } from "../../../../platform/release/environments";
import { prodSubscriptionId, subscriptionId, useCloud, type Cloud } from "../cloud";

const cloud = useCloud();

const said = (changes?: Parameters<Cloud["said"]>[0]): Promise<string> => cloud().said(changes);

describe("a project with dev, test and live", () => {
  const environments = parseEnvironments(
    "variables: { testEnvironments: 'dev,test', productionEnvironment: live }",
    "environments.yml",
  );
  const { target } = readOptions(
    [
      ...["node", "x", "--subscription", subscriptionId, "--organisation", "contoso", "--project", "shop"],
      ...["--environment", `live=${prodSubscriptionId}`],
    ],
    environments,
  );
  const inputs = (): Parameters<typeof said>[0] => ({
    target,
    // Their files are not there yet.
    settings: { ...cloud().inputs().settings, "mlops:scoring": "containers", "mlops:monthlyBudget": "200" },
  });

  test("is made from nothing, and a second run changes nothing", async () => {
    const text = await said(inputs());
    expect(
      cloud()
        .devops.all("serviceendpoint/endpoints")
        .map(({ name }) => name),
    ).toEqual([
      "mlops-dev-preview",
      "mlops-dev",
      "mlops-dev-release",
      "mlops-test-preview",
      "mlops-test",
      "mlops-test-release",
      "mlops-live-preview",
      "mlops-live",
      "mlops-live-release",
      "mlops-live-watch",
    ]);
    for (const name of environments.names) {
      const file = readFileSync(path.join(cloud().folder, `Pulumi.${name}.yaml`), "utf8");
      expect(file).toMatch(/mlops:owner: team-risk[\s\S]*secretsprovider: azurekeyvault:/);
      expect(file).toContain(`/keys/pulumi-state-${name}\n`);
    }
    expect(text).toContain("git add Pulumi.dev.yaml Pulumi.test.yaml Pulumi.live.yaml &&");
    expect(text).toContain("tested in dev, then in test, and waits for your approval before live.");
    expect(text).toContain("Run this command again once dev exists");
    expect(await said(inputs())).toContain("nothing was changed");
  });

  test("is asked for an approval before live, and not between tests", async () => {
    const text = await said({ ...inputs(), planOnly: true });
    expect([...text.matchAll(/approval of (mlops-[\w-]+)/g)].map(([, name]) => name)).toEqual([
      "mlops-live",
      "mlops-infra",
      "mlops-live-preview",
    ]);
    expect([...text.matchAll(/exclusive lock of (mlops-[\w-]+)/g)].map(([, name]) => name)).toEqual([
      "mlops-dev-updates",
      "mlops-test-updates",
      "mlops-live-updates",
    ]);
  });

  test("lets live read what dev and test made, and each pipeline use what it works on", async () => {
    await said(inputs());
    expect(
      cloud()
        .rolesOf("mlops-live-release")
        .filter((role) => role.includes("aaaaaaaa")),
    ).toHaveLength(4);
    const usersOf = (connection: string): string[] => {
      const found = cloud()
        .devops.all("serviceendpoint/endpoints")
        .find(({ name }) => name === connection);
      const opened = cloud().devops.permissions.get(`endpoint/${String(found?.id)}`);
      return cloud()
        .devops.pipelines.filter(({ id }) => opened?.has(Number(id)))
        .map(({ name }) => String(name))
        .sort();
    };
    const stacks = ["mlops-infra", "mlops-teardown"];
    expect(usersOf("mlops-dev-preview")).toEqual(["mlops-infra", "mlops-pr"]);
    expect(usersOf("mlops-live-preview")).toEqual(["mlops-infra", "mlops-preview"]);
    expect(usersOf("mlops-dev")).toEqual(["mlops-build", ...stacks]);
    expect(usersOf("mlops-dev-release")).toEqual(["mlops-build", "mlops-release", "mlops-retrain"]);
    expect(usersOf("mlops-test")).toEqual(stacks);
    expect(usersOf("mlops-live")).toEqual(stacks);
    expect(usersOf("mlops-live-release")).toEqual(["mlops-release"]);
    expect(usersOf("mlops-live-watch")).toEqual(["mlops-batch", "mlops-monitor"]);
  });
});
