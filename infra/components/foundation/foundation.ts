import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./access-scopes";
import type { Principal } from "./access-grant";
import type { Placement } from "../../config/placement";
import { CustomerManagedKeys } from "./customer-managed-keys";
import { Identities, type Identity } from "./identities";
import { PrivateNetwork } from "./network";
import { Registry } from "./registry";
import { SigningKey } from "./signing-key";
import { Storage } from "./storage";
import { Vault } from "./vault";

export type { Identity } from "./identities";

/** The customer-managed key, for resources outside the foundation. */
export interface Encryption {
  /** Includes the version. */
  readonly keyUri: pulumi.Output<string>;
  readonly vaultId: pulumi.Output<string>;
  readonly identity: Identity;
}

export interface FoundationArgs {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Retention of logs in days. */
  readonly logDays: number;
  /** Retention of predictions in days. */
  readonly predictionLogDays: number;
  /** Days in which nobody can change or delete an entry of the audit trail. */
  readonly auditDays: number;
  /** Days, 7 to 90, that a deleted vault can be recovered and its name stays reserved. */
  readonly softDeleteDays: number;
  readonly network: "public" | "private";
  /** A /16 range; used only with a private network. */
  readonly addressSpace: string;
  /** Whether the internet reaches the cluster's gateway; without it, a private network accepts nothing from there. */
  readonly isExposed: boolean;
  /** Whether storage, vault and registry are protected from deletion. */
  readonly protect: boolean;
  /** Whether storage and registry are encrypted with a customer-managed key. */
  readonly customerManagedKeys: boolean;
  /** Object id of the tenant's service principal of Azure Cosmos DB, for customer-managed keys. */
  readonly cosmosDbPrincipal?: string | undefined;
  /** Whether Microsoft Defender watches the storage account. */
  readonly defender: boolean;
  /** Whether there is a web app with the dashboard, and whether it may start retraining. */
  readonly dashboard: "off" | "show" | "act";
  /** Whether there is a web app with the model's page. */
  readonly page: "off" | "sign-in" | "public";
  /** Whether the vault has a key for signing versions and images. */
  readonly signing: boolean;
}

/** The shared base: resource group, logs, storage, vault, registry, identities and the private network. */
export class Foundation extends pulumi.ComponentResource {
  readonly resourceGroup: resources.ResourceGroup;
  readonly placement: Placement;
  readonly logAnalyticsId: pulumi.Output<string>;
  readonly insights: {
    readonly id: pulumi.Output<string>;
    readonly connectionString: pulumi.Output<string>;
    /** Application id for Application Insights' query API. */
    readonly appId: pulumi.Output<string>;
  };
  readonly identities: Identities;
  readonly vault: Vault;
  readonly storage: Storage;
  readonly containers: Storage["containers"];
  readonly registry: Registry;
  readonly encryption: Encryption | undefined;
  readonly signingKey: SigningKey | undefined;
  readonly network: PrivateNetwork | undefined;
  /** Object ids of the identities, for `Access`. */
  readonly principals: Readonly<Partial<Record<Principal, pulumi.Output<string>>>>;
  /** Resource ids of the foundation, for `Access`. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Output<string>>>>;

  constructor(name: string, args: FoundationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Foundation", name, {}, opts);

    const { location, tags, network, addressSpace, softDeleteDays } = args;
    const isPrivate = network === "private";
    this.resourceGroup = new resources.ResourceGroup(name, { location, tags }, { parent: this });
    const placement: Placement = { resourceGroupName: this.resourceGroup.name, location, tags };
    this.placement = placement;
    const parent = { parent: this };

    this.logAnalyticsId = this.createLogs(name, args.logDays);
    this.insights = this.createInsights(name);
    const { dashboard, page } = args;
    const hosted = { hasDashboard: dashboard !== "off", hasPage: page !== "off" };
    this.identities = new Identities(name, { placement, ...hosted }, parent);
    this.network = isPrivate
      ? new PrivateNetwork(`${name}-network`, { placement, addressSpace, isServing: args.isExposed }, parent)
      : undefined;
    const { protect } = args;
    const vaultArgs = { placement, softDeleteDays, isPrivate, protect };
    this.vault = new Vault(`${name}-vault`, vaultArgs, parent);

    const { cosmosDbPrincipal } = args;
    const keyArgs = { placement, vault: this.vault, cosmosDbPrincipal };
    const keys = args.customerManagedKeys
      ? new CustomerManagedKeys(`${name}-key`, keyArgs, parent)
      : undefined;
    this.encryption = keys && { keyUri: keys.keyUri, vaultId: this.vault.id, identity: keys.identity };
    this.signingKey = args.signing
      ? new SigningKey(`${name}-signing`, { placement, vault: this.vault }, parent)
      : undefined;
    const { predictionLogDays, auditDays, defender } = args;
    const kept = { predictionLogDays, auditDays, defender };
    const storageArgs = { placement, ...kept, isPrivate, keys, vaultUri: this.vault.uri, protect };
    this.storage = new Storage(`${name}-storage`, storageArgs, parent);
    this.containers = this.storage.containers;
    this.registry = new Registry(`${name}-registry`, { placement, isPrivate, keys, protect }, parent);
    this.connect(name);

    this.principals = this.principalsOf(dashboard);
    this.scopes = this.scopesOf();
    this.registerOutputs({ resourceGroupName: this.resourceGroup.name });
  }

  private createLogs(name: string, retentionInDays: number): pulumi.Output<string> {
    const logs = new operationalinsights.Workspace(
      `${name}-logs`,
      {
        ...this.placement,
        sku: { name: "PerGB2018" },
        retentionInDays,
        features: { enableLogAccessUsingOnlyResourcePermissions: true, disableLocalAuth: true },
      },
      { parent: this },
    );
    return logs.id;
  }

  private createInsights(name: string): Foundation["insights"] {
    const { id, connectionString, appId } = new applicationinsights.Component(
      `${name}-insights`,
      {
        ...this.placement,
        kind: "web",
        applicationType: "web",
        workspaceResourceId: this.logAnalyticsId,
        ingestionMode: "LogAnalytics",
        // The connection string is only an address; sending needs a role. Training logs to the workspace's own runs.
        disableLocalAuth: true,
      },
      { parent: this },
    );
    return { id, connectionString, appId };
  }

  /** Private endpoints of the foundation's resources; the workspace creates its own. */
  private connect(name: string): void {
    if (this.network === undefined) return;
    const targets = [
      { id: this.storage.id, group: "blob" },
      // The workspace has a file share in the account.
      { id: this.storage.id, group: "file" },
      { id: this.vault.id, group: "vault" },
      { id: this.registry.id, group: "registry" },
    ] as const;
    for (const target of targets) this.network.connect(`${name}-${target.group}-endpoint`, target, this);
  }

  private principalsOf(does: FoundationArgs["dashboard"]): Foundation["principals"] {
    const { workspace, training, scoring, pull, cluster, release, dashboard, page } = this.identities;
    const shows = dashboard?.principalId;
    return {
      workspace: workspace.principalId,
      training: training.principalId,
      scoring: scoring.principalId,
      pull: pull.principalId,
      cluster: cluster.principalId,
      release: release.principalId,
      ...(shows && { viewers: shows, dashboard: shows }),
      ...(shows && does === "act" && { retrainers: shows }),
      ...(page && { page: page.principalId }),
    };
  }

  private scopesOf(): Foundation["scopes"] {
    const { data, models, predictionLog, batch, audit, history, truth } = this.storage.containerIds;
    return {
      storage: this.storage.id,
      dataContainer: data,
      modelsContainer: models,
      predictionLogContainer: predictionLog,
      batchContainer: batch,
      auditContainer: audit,
      historyContainer: history,
      truthContainer: truth,
      vault: this.vault.id,
      registry: this.registry.id,
      insights: this.insights.id,
      pullIdentity: this.identities.pull.id,
      ...(this.signingKey && { signingKey: this.signingKey.id }),
      ...(this.network && { clusterSubnet: this.network.subnets.cluster }),
    };
  }
}
