import { parse, stringify } from "yaml";
import { signInWithAzureCli } from "../../../../infra/components/serving/kubeconfig";

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
      const { users } = parse(signInWithAzureCli(kubelogin(command, given)));
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

  test("without kubelogin stays as it is", () => {
    const token = { apiVersion: "v1", clusters, users: [{ name: "user", user: { token: "secret" } }] };
    expect(parse(signInWithAzureCli(stringify(token)))).toEqual(token);
    const other = kubelogin("aws", ["eks"]);
    expect(parse(signInWithAzureCli(other))).toEqual(parse(other));
  });

  test.each(["", "text", "clusters: []\nusers: []"])("that is none (%j) is refused", (text) => {
    expect(() => signInWithAzureCli(text)).toThrow(/not a valid kubeconfig\. Expected clusters and users/);
  });
});
