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

type Variables = Readonly<Record<string, string | undefined>>;

/** The value of an option among arguments. */
function valueOf(option: string, args: readonly string[]): string[] {
  const at = args.indexOf(option);
  const value = at < 0 ? undefined : args[at + 1];
  return value === undefined ? [] : [option, value];
}

/**
 * By which of its logins kubelogin signs a process in: the identity that the process has for Azure otherwise, too. `AZURE_TOKEN_CREDENTIALS` is what
 * pipelines choose by; secrets stay in the environment, where kubelogin reads them:
 * https://azure.github.io/kubelogin/cli/get-token.html.
 */
export function loginOf(env: Variables, args: readonly string[] = []): string[] {
  const { AZURE_TOKEN_CREDENTIALS: chosen, AZURE_CLIENT_ID: client = env.ARM_CLIENT_ID } = env;
  const tenant = valueOf("--tenant-id", args);
  if (chosen === "AzureCliCredential") return ["--login", "azurecli"];
  if (chosen === "ManagedIdentityCredential" || /^(1|true)$/i.test(env.ARM_USE_MSI ?? ""))
    return ["--login", "msi", ...(client === undefined ? [] : ["--client-id", client])];
  if (env.AZURE_CLIENT_ID && env.AZURE_CLIENT_SECRET) return ["--login", "spn", ...tenant];
  if (env.ARM_CLIENT_ID && env.ARM_CLIENT_SECRET)
    return ["--login", "spn", "--use-azurerm-env-vars", ...tenant];
  if (env.AZURE_FEDERATED_TOKEN_FILE) return ["--login", "workloadidentity", ...tenant];
  return ["--login", "azurecli"];
}

function withLogin(args: readonly string[], env: Variables): string[] {
  const kept = args.filter(
    (arg, at) => !ofPeople.includes(arg) && !(at > 0 && ofPeople.includes(args[at - 1] ?? "")),
  );
  return [...kept, ...loginOf(env, args)];
}

/**
 * Converts a kubeconfig from a code that somebody types to the login that this process already has (`loginOf`), like
 * `kubelogin convert-kubeconfig -l <login>`. A kubeconfig without kubelogin is returned with the same content.
 */
export function signInAsProcess(kubeconfig: string, env: Variables = process.env): string {
  const read = kubeconfigSchema.safeParse(parse(kubeconfig));
  if (!read.success) {
    throw new TypeError(
      "The cluster's credentials are not a valid kubeconfig. Expected clusters and users, as `az aks get-credentials` writes them.",
    );
  }
  const users = read.data.users.map((entry) => {
    const exec = entry.user?.exec;
    if (exec === undefined || !/(^|[\\/])kubelogin(\.exe)?$/.test(exec.command)) return entry;
    return { ...entry, user: { ...entry.user, exec: { ...exec, args: withLogin(exec.args, env) } } };
  });
  return stringify({ ...read.data, users });
}
