import { parse, stringify } from "yaml";
import { loginOf, signInAsProcess } from "../../../../infra/components/serving/kubeconfig";

const clusters = [{ name: "aks", cluster: { server: "https://aks.example:443" } }];
const kubelogin = (command: string, args: string[]) =>
  stringify({ clusters, users: [{ name: "user", user: { exec: { command, args, env: null } } }] });

describe("a cluster's kubeconfig", () => {
  test.each(["kubelogin", "/usr/local/bin/kubelogin", "C:\\tools\\kubelogin.exe"])(
    "of %s signs in with the Azure CLI instead of a code",
    (command) => {
      const given = [
        "get-token",
        "--client-id",
        "c",
        "--server-id",
        "s",
        "--tenant-id",
        "t",
        "-l",
        "devicecode",
      ];
      const { users } = parse(signInAsProcess(kubelogin(command, given), {}));
      expect(users).toEqual([
        {
          name: "user",
          user: {
            exec: { command, env: null, args: ["get-token", "--server-id", "s", "--login", "azurecli"] },
          },
        },
      ]);
    },
  );

  const secret = { AZURE_CLIENT_ID: "a", AZURE_CLIENT_SECRET: "s3cret", AZURE_TENANT_ID: "t" };
  const asArm = { ARM_CLIENT_ID: "a", ARM_CLIENT_SECRET: "s3cret", ARM_TENANT_ID: "t" };
  const msi = { ARM_USE_MSI: "true", AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" };
  const federated = { AZURE_FEDERATED_TOKEN_FILE: "/token", AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "t" };
  test.each([
    ["nothing, as on a laptop", {}, ["azurecli"]],
    ["what Azure Pipelines and GitHub have", { AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" }, ["azurecli"]],
    // On an agent of one's own, whose machine may have an identity, too.
    ["the Azure CLI chosen", { ...msi, AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" }, ["azurecli"]],
    ["what the Jenkinsfile has: a managed identity", msi, ["msi"]],
    [
      "a managed identity for all but Pulumi",
      { AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" },
      ["msi"],
    ],
    ["one of several managed identities", { ...msi, AZURE_CLIENT_ID: "a" }, ["msi", "--client-id", "a"]],
    [
      "Pulumi's managed identity alone",
      { ARM_USE_MSI: "1", ARM_CLIENT_ID: "a" },
      ["msi", "--client-id", "a"],
    ],
    ["what Travis has: a secret", { ...secret, ...asArm }, ["spn", "--tenant-id", "t"]],
    ["Pulumi's secret alone", asArm, ["spn", "--use-azurerm-env-vars", "--tenant-id", "t"]],
    ["a client without its secret", { AZURE_CLIENT_ID: "a", AZURE_CLIENT_SECRET: "" }, ["azurecli"]],
    ["a token of a workload", federated, ["workloadidentity", "--tenant-id", "t"]],
  ])("signs a process in by %s", (_, env, login) => {
    const given = [
      "get-token",
      "--server-id",
      "s",
      "--client-id",
      "c",
      "--tenant-id",
      "t",
      "-l",
      "devicecode",
    ];
    expect(loginOf(env, given)).toEqual(["--login", ...login]);
    const text = signInAsProcess(kubelogin("kubelogin", given), env);
    const { users } = parse(text) as { users: { user: { exec: { args: string[] } } }[] };
    expect(users[0]?.user.exec.args).toEqual(["get-token", "--server-id", "s", "--login", ...login]);
    // It is in Pulumi's state.
    expect(text).not.toContain("s3cret");
  });

  test("without kubelogin stays as it is", () => {
    const token = { apiVersion: "v1", clusters, users: [{ name: "user", user: { token: "secret" } }] };
    expect(parse(signInAsProcess(stringify(token), {}))).toEqual(token);
    const other = kubelogin("aws", ["eks"]);
    expect(parse(signInAsProcess(other, {}))).toEqual(parse(other));
  });

  test.each(["", "text", "clusters: []\nusers: []"])("that is none (%j) is refused", (text) => {
    expect(() => signInAsProcess(text, {})).toThrow(/not a valid kubeconfig\. Expected clusters and users/);
  });
});
