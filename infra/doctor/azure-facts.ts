import { z } from "zod";
import type { AzureClient } from "../../platform/azure/azure-client";
import { RemoteError } from "../../platform/http/remote-error";
import type { Subscription } from "./access-checks";
import type { Usage, VmSku } from "./quota-checks";

const remedies = {
  403: "Expected at least Reader on the subscription. Ask for the role, or choose another subscription with --subscription.",
  404: "Expected an existing subscription. Run `az account list`, and choose one with --subscription.",
} as const;

const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ value: z.array(item), nextLink: z.string().optional() });

/** What an answer gives, or undefined where there is no such thing. */
async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RemoteError && error.httpStatus === 404) return undefined;
    throw error;
  }
}

/** The doctor's read-only queries to Azure Resource Manager, and to the blobs of a stack. */
export class AzureFacts {
  constructor(
    private readonly client: AzureClient,
    private readonly subscriptionId: string,
    /** Address of an account's blobs. */
    private readonly blobUrl = (account: string): string => `https://${account}.blob.core.windows.net`,
  ) {}

  private url(path: string, query: string): string {
    return `${this.client.managementUrl}/subscriptions/${this.subscriptionId}${path}?${query}`;
  }

  private get<T>(what: string, url: string, answer: z.ZodType<T>): Promise<T> {
    return this.client.call({ what, scope: "management", method: "GET", url, answer, remedies });
  }

  private async list<T extends z.ZodType>(what: string, url: string, item: T): Promise<z.output<T>[]> {
    const all: z.output<T>[] = [];
    let next: string | undefined = url;
    while (next !== undefined) {
      const page: { value: z.output<T>[]; nextLink?: string | undefined } = await this.get(
        what,
        next,
        pageOf(item),
      );
      all.push(...page.value);
      // Follow only links to Azure, so that a response cannot send the token elsewhere.
      next = page.nextLink?.startsWith(this.client.managementUrl) ? page.nextLink : undefined;
    }
    return all;
  }

  async subscription(): Promise<Subscription> {
    const answer = z.object({ displayName: z.string(), state: z.string() });
    const found = await this.get("Reading the subscription", this.url("", "api-version=2022-12-01"), answer);
    return { id: this.subscriptionId, name: found.displayName, state: found.state };
  }

  /** Role definition ids that a principal has on the subscription, directly or through groups. */
  async roleIds(objectId: string): Promise<string[]> {
    const filter = encodeURIComponent(`assignedTo('${objectId}')`);
    const url = this.url(
      "/providers/Microsoft.Authorization/roleAssignments",
      `api-version=2022-04-01&$filter=${filter}`,
    );
    const item = z.object({ properties: z.object({ roleDefinitionId: z.string(), scope: z.string() }) });
    const found = await this.list("Reading your roles", url, item);
    // A role on a resource group does not apply to the whole subscription.
    return found
      .filter(({ properties }) => !/\/resourceGroups\//i.test(properties.scope))
      .map(({ properties }) => properties.roleDefinitionId);
  }

  async registeredProviders(): Promise<string[]> {
    const item = z.object({ namespace: z.string(), registrationState: z.string() });
    const url = this.url("/providers", "api-version=2021-04-01");
    const found = await this.list("Reading the resource providers", url, item);
    return found
      .filter(({ registrationState }) => registrationState === "Registered")
      .map(({ namespace }) => namespace);
  }

  async vmSkus(location: string): Promise<VmSku[]> {
    const item = z.object({
      resourceType: z.string(),
      name: z.string(),
      family: z.string().optional(),
      capabilities: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      restrictions: z.array(z.object({ type: z.string(), reasonCode: z.string().optional() })).optional(),
    });
    const filter = encodeURIComponent(`location eq '${location}'`);
    const url = this.url("/providers/Microsoft.Compute/skus", `api-version=2021-07-01&$filter=${filter}`);
    const found = await this.list("Reading the VM sizes", url, item);
    return found
      .filter(({ resourceType }) => resourceType === "virtualMachines")
      .map(({ name, family = "", capabilities = [], restrictions = [] }) => ({
        name,
        family,
        cores: Number(capabilities.find((each) => each.name === "vCPUs")?.value ?? 0),
        restriction: restrictions.find(({ type }) => type === "Location")?.reasonCode,
      }));
  }

  async usages(
    provider: "Microsoft.Compute" | "Microsoft.MachineLearningServices",
    location: string,
  ): Promise<Usage[]> {
    const version = provider === "Microsoft.Compute" ? "2024-07-01" : "2024-10-01";
    const item = z.object({
      currentValue: z.number(),
      limit: z.number(),
      name: z.object({ value: z.string(), localizedValue: z.string().optional() }),
    });
    const url = this.url(`/providers/${provider}/locations/${location}/usages`, `api-version=${version}`);
    const found = await this.list("Reading the quotas", url, item);
    return found.map(({ currentValue, limit, name }) => ({ name: name.value, used: currentValue, limit }));
  }

  /** Kubernetes minor versions, such as 1.36, that AKS supports in a region without a paid support plan. */
  async kubernetesVersions(location: string): Promise<string[]> {
    const version = z.object({
      version: z.string(),
      isPreview: z.boolean().nullish(),
      capabilities: z.object({ supportPlan: z.array(z.string()).nullish() }).nullish(),
    });
    const provider = "/providers/Microsoft.ContainerService";
    const { values } = await this.get(
      "Reading the versions of AKS",
      this.url(`${provider}/locations/${location}/kubernetesVersions`, "api-version=2025-09-01"),
      z.object({ values: z.array(version) }),
    );
    return values
      .filter(({ isPreview, capabilities }) => {
        const plans = capabilities?.supportPlan;
        return isPreview !== true && (plans == null || plans.includes("KubernetesOfficial"));
      })
      .map(({ version: name }) => name);
  }

  /** Federated credentials of an identity; undefined where there is no such identity. */
  async federations(resourceGroup: string, identity: string) {
    const item = z.object({ properties: z.object({ issuer: z.string(), subject: z.string() }) });
    const path = `/resourceGroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity}/federatedIdentityCredentials`;
    const url = this.url(path, "api-version=2023-01-31");
    const found = await orAbsent(this.list(`Reading the credentials of ${identity}`, url, item));
    return found?.map(({ properties }) => properties);
  }

  /** Name of a stack's storage account, by its tag; undefined where there is none. */
  async storageAccount(environment: string): Promise<string | undefined> {
    const item = z.object({ name: z.string(), tags: z.record(z.string(), z.string()).nullish() });
    const url = this.url("/providers/Microsoft.Storage/storageAccounts", "api-version=2024-01-01");
    const found = await this.list("Looking for the storage account", url, item);
    // Another project's stack may have the same name, but not the same tags.
    return found.find(({ tags }) => tags?.environment === environment && tags.model !== undefined)?.name;
  }

  /** Whether an account has a blob: `<container>/<name>`. */
  async hasBlob(account: string, blob: string): Promise<boolean> {
    const asked = this.client.tell({
      what: `Looking for ${blob} in ${account}`,
      scope: "storage",
      method: "GET",
      url: `${this.blobUrl(account)}/${blob}`,
      headers: { "x-ms-version": "2023-11-03" },
      remedies: { 403: 'Expected the role "Storage Blob Data Reader" on the container, or above it.' },
    });
    return (await orAbsent(asked.then(() => true))) ?? false;
  }

  /** Whether a name is free and, if not, whether the caller can see the resource that has it. */
  async name(type: "Microsoft.Storage/storageAccounts" | "Microsoft.KeyVault/vaults", name: string) {
    const provider = type.split("/")[0] ?? "";
    const version = provider === "Microsoft.Storage" ? "2024-01-01" : "2023-07-01";
    const found = await this.client.call({
      what: `Checking whether ${name} is free`,
      scope: "management",
      method: "POST",
      url: this.url(`/providers/${provider}/checkNameAvailability`, `api-version=${version}`),
      body: { name, type },
      answer: z.object({ nameAvailable: z.boolean(), message: z.string().nullish() }),
      remedies,
    });
    if (found.nameAvailable) return { available: true, ours: false };
    const filter = encodeURIComponent(`resourceType eq '${type}' and name eq '${name}'`);
    const item = z.object({ id: z.string() });
    const url = this.url("/resources", `api-version=2021-04-01&$filter=${filter}`);
    const ours = await this.list(`Looking for ${name}`, url, item);
    return { available: false, ours: ours.length > 0, message: found.message ?? undefined };
  }
}
