import { parse, stringify } from "yaml";
import { z } from "zod";

const execSchema = z.looseObject({ command: z.string(), args: z.array(z.string()).default([]) });
const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.unknown()).min(1),
  users: z.array(
    z.looseObject({ user: z.looseObject({ exec: execSchema.exactOptional() }).exactOptional() }),
  ),
});

/** kubelogin options of the interactive device code login. */
const ofPeople = ["--client-id", "--tenant-id", "--login", "-l"];

function withAzureCli(args: readonly string[]): string[] {
  const kept = args.filter(
    (arg, at) => !ofPeople.includes(arg) && !(at > 0 && ofPeople.includes(args[at - 1] ?? "")),
  );
  return [...kept, "--login", "azurecli"];
}

/**
 * Converts a kubeconfig to the Azure CLI's login, which people and pipelines already have, like
 * `kubelogin convert-kubeconfig -l azurecli`. A kubeconfig without kubelogin is returned with the same content.
 */
export function signInWithAzureCli(kubeconfig: string): string {
  const read = kubeconfigSchema.safeParse(parse(kubeconfig));
  if (!read.success) {
    throw new TypeError(
      "The cluster's credentials are not a valid kubeconfig. Expected clusters and users, as `az aks get-credentials` writes them.",
    );
  }
  const users = read.data.users.map((entry) => {
    const exec = entry.user?.exec;
    if (exec === undefined || !/(^|[\\/])kubelogin(\.exe)?$/.test(exec.command)) return entry;
    return { ...entry, user: { ...entry.user, exec: { ...exec, args: withAzureCli(exec.args) } } };
  });
  return stringify({ ...read.data, users });
}
