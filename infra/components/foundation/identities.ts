import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

/** A user-assigned identity, as other resources refer to it. */
export interface Identity {
  readonly id: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
}

export interface IdentitiesArgs {
  readonly placement: Placement;
  readonly hasDashboard: boolean;
  readonly hasPage: boolean;
}

/** The managed identities of an environment, one for each actor. */
export class Identities extends pulumi.ComponentResource {
  /** Jobs of Azure Machine Learning. */
  readonly training: Identity;
  /** The scoring service, wherever it runs. */
  readonly scoring: Identity;
  /** The Azure Machine Learning workspace itself. */
  readonly workspace: Identity;
  /** Pulls images for Container Instances and AKS nodes. */
  readonly pull: Identity;
  /** The control plane of AKS. */
  readonly cluster: Identity;
  /** Logic Apps, which start pipelines and endpoints, and stop containers. */
  readonly release: Identity;
  /** The dashboard's web app, where there is one. */
  readonly dashboard: Identity | undefined;
  /** The page's web app, where there is one. */
  readonly page: Identity | undefined;

  constructor(
    name: string,
    { placement, hasDashboard, hasPage }: IdentitiesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:Identities", name, {}, opts);

    const create = (role: string): Identity => {
      const { id, clientId, principalId } = new managedidentity.UserAssignedIdentity(
        `${name}-${role}`,
        { ...placement },
        { parent: this },
      );
      return { id, clientId, principalId };
    };
    this.training = create("training");
    this.scoring = create("scoring");
    this.workspace = create("workspace");
    this.pull = create("pull");
    this.cluster = create("cluster");
    this.release = create("release");
    this.dashboard = hasDashboard ? create("dashboard") : undefined;
    this.page = hasPage ? create("page") : undefined;

    this.registerOutputs({});
  }
}
