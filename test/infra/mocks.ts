import * as pulumi from "@pulumi/pulumi";

/** A resource that a program registered, with its inputs as they would be sent. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as there are resources
  readonly inputs: Readonly<Record<string, any>>;
}

export const subscriptionId = "00000000-0000-4000-8000-000000000001";
export const tenantId = "00000000-0000-4000-8000-000000000002";

/** Credentials as Azure gives them for a cluster with Entra ID: a person signs in with a code. */
const kubeconfig = JSON.stringify({
  clusters: [{ name: "aks", cluster: { server: "https://aks.example:443" } }],
  users: [
    {
      name: "user",
      user: {
        exec: { command: "kubelogin", args: ["get-token", "--server-id", "s", "--login", "devicecode"] },
      },
    },
  ],
});

/** Outputs that Azure would add, enough for the programs under test: names, ids, addresses, principals. */
function outputsOf({ type, name, inputs: given }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const inputs = given as Record<string, Record<string, unknown> | undefined>;
  const id = `/subscriptions/${subscriptionId}/${type}/${name}`;
  const kind = type.split(":").pop() ?? "";
  const extra: Record<string, Record<string, unknown>> = {
    StorageAccount: { primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` } },
    Vault: { properties: { ...inputs.properties, vaultUri: `https://${name}.vault.azure.net/` } },
    Registry: { loginServer: `${name}.azurecr.io` },
    UserAssignedIdentity: { principalId: `${name}-principal`, clientId: `${name}-client`, tenantId },
    Component: { connectionString: `InstrumentationKey=${name}` },
    Workspace: {
      mlFlowTrackingUri: `azureml://westeurope.api.azureml.ms/mlflow/v1.0${id}`,
      customerId: `${name}-customer`,
    },
    BatchEndpoint: {
      properties: {
        ...inputs.properties,
        scoringUri: `https://${name}.westeurope.inference.ml.azure.com/jobs`,
      },
    },
    SystemTopic: { identity: { ...inputs.identity, principalId: `${name}-principal` } },
    ManagedCluster: {
      oidcIssuerProfile: { enabled: true, issuerURL: `https://oidc.example/${name}/` },
      identityProfile: { kubeletidentity: { objectId: `${name}-kubelet` } },
    },
    ContainerGroup: { ipAddress: { ...inputs.ipAddress, fqdn: `${name}.westeurope.azurecontainer.io` } },
    Key: { keyUriWithVersion: `https://vault/keys/${name}/1` },
    // Of those that are read: a gateway's, which AKS has made.
    Service: name.endsWith("-gateway")
      ? { status: { loadBalancer: { ingress: [{ ip: "10.40.16.9" }] } } }
      : {},
    RandomId: { hex: "0a1b" },
    RandomPassword: { result: `${name}-0123456789abcdef` },
    Image: { ref: `registry/${name}@sha256:${"a".repeat(64)}`, digest: `sha256:${"a".repeat(64)}` },
  };
  return { ...inputs, name, id, ...extra[kind] };
}

/**
 * Runs a program against mocks and returns what it registered, in an order of its own: exactly what would be created,
 * components included. Each call starts anew.
 */
export async function registered(
  build: () => unknown,
  {
    preview = false,
    stack = "qa",
    references = {},
    assignedAt,
    observe,
  }: {
    readonly preview?: boolean;
    readonly stack?: string;
    /** Outputs of other stacks, by the name of their project. */
    readonly references?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** When Azure says that role assignments were made, ISO 8601. */
    readonly assignedAt?: string | undefined;
    /** Called with each resource when it is made. */
    readonly observe?: ((resource: Registered) => void) | undefined;
  } = {},
): Promise<Registered[]> {
  const seen: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        if (args.type === "pulumi:pulumi:StackReference") {
          const { name } = args.inputs as { name: string };
          const outputs = references[name.split("/")[1] ?? ""] ?? {};
          return { id: name, state: { name, outputs, secretOutputNames: [] } };
        }
        // What is read is there already: the stack does not make it.
        if (args.id) return { id: args.id, state: outputsOf(args) };
        const resource = { type: args.type, name: args.name, inputs: args.inputs as Registered["inputs"] };
        seen.push(resource);
        observe?.(resource);
        const assigned = args.type.endsWith(":RoleAssignment") && assignedAt !== undefined;
        return {
          id: args.custom === false ? "" : `/subscriptions/${subscriptionId}/${args.type}/${args.name}`,
          state: { ...outputsOf(args), ...(assigned && { createdOn: assignedAt }) },
        };
      },
      call: ({ token, inputs }): Record<string, unknown> => {
        if (token.endsWith(":getClientConfig"))
          return { subscriptionId, tenantId, objectId: "deployer", clientId: "deployer" };
        if (token.endsWith(":getClientToken")) return { token: "entra-token" };
        if (token.endsWith("UserCredentials"))
          return { kubeconfigs: [{ name: "user", value: Buffer.from(kubeconfig).toString("base64") }] };
        if (token.endsWith("CallbackUrl")) return { value: "https://logic.example/callback?sig=secret" };
        return inputs as Record<string, unknown>;
      },
    },
    "mlops",
    stack,
    preview,
    "organization",
  );
  const result: unknown = build();
  if (result instanceof Promise) await result;
  await pulumi.runtime.disconnect();
  return seen;
}

/** Options with which a component's parts were registered, by type and name, as `storage:StorageAccount account`. */
export async function optionsOf(
  build: (opts: pulumi.ComponentResourceOptions) => unknown,
): Promise<ReadonlyMap<string, pulumi.CustomResourceOptions>> {
  const seen = new Map<string, pulumi.CustomResourceOptions>();
  const record: pulumi.ResourceTransformation = ({ type, name, opts }) => {
    seen.set(`${type.replace(/^azure-native:/, "")} ${name}`, opts);
    return undefined;
  };
  await registered(() => build({ transformations: [record] }));
  return seen;
}

/** Those of a type, by the end of its token: `storage:BlobContainer`. */
export function ofType(resources: readonly Registered[], type: string): Registered[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}

/** How many there are of each type, for the assertion that nothing is registered unseen. */
export function countByType(resources: readonly Registered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
