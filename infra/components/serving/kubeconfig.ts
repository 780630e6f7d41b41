import { parse, stringify } from "yaml";
import { z } from "zod";

const execSchema = z.looseObject({ command: z.string(), args: z.array(z.string()).default([]) });
const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.unknown()).min(1),
  users: z.array(
    z.looseObject({ user: z.looseObject({ exec: execSchema.exactOptional() }).exactOptional() }),
  ),
});

/** Options of kubelogin that belong to a person who signs in with a code. */
const ofPeople = ["--client-id", "--tenant-id", "--login", "-l"];

function withAzureCli(args: readonly string[]): string[] {
  const kept = args.filter(
    (arg, at) => !ofPeople.includes(arg) && !(at > 0 && ofPeople.includes(args[at - 1] ?? "")),
  );
  return [...kept, "--login", "azurecli"];
}

/**
 * A cluster's kubeconfig with the sign-in of the Azure CLI, which people and pipelines have anyway: what
 * `kubelogin convert-kubeconfig -l azurecli` makes of it. One without kubelogin stays as it is.
 */
export function signInWithAzureCli(kubeconfig: string): string {
  const read = kubeconfigSchema.safeParse(parse(kubeconfig));
  if (!read.success) {
    throw new TypeError(
      "The credentials of the cluster are not a kubeconfig. Expected one with clusters and users, as `az aks get-credentials` writes it.",
    );
  }
  const users = read.data.users.map((entry) => {
    const exec = entry.user?.exec;
    if (exec === undefined || !/(^|[\\/])kubelogin(\.exe)?$/.test(exec.command)) return entry;
    return { ...entry, user: { ...entry.user, exec: { ...exec, args: withAzureCli(exec.args) } } };
  });
  return stringify({ ...read.data, users });
}
