import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/foundation";

export interface SparkPoolArgs {
  readonly placement: Placement;
  readonly workspaceName: pulumi.Input<string>;
  /** The identity by which jobs of the workspace reach the pool and its data. */
  readonly identity: Identity;
  /** Resource id of the pool, which is not of this stack: it sizes itself, and pauses with no nodes where it is told to. */
  readonly poolId: string;
}

/** A name in the workspace: letters, digits and hyphens, 24 at most, a letter first. */
function attachedName(poolId: string): string {
  const pool = (poolId.split("/").at(-1) ?? "").toLowerCase().replaceAll(/[^a-z0-9-]/g, "");
  return `spark-${pool}`.slice(0, 24);
}

/**
 * A Spark pool of Azure Synapse, attached to the workspace for Spark jobs. By identity alone: attached compute has no key
 * (Azure Machine Learning, "Attach and manage a Synapse Spark pool", which also says that the identity needs the role Synapse
 * Administrator in the Synapse workspace; Azure Resource Manager cannot assign that).
 */
export class SparkPool extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: SparkPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:SparkPool", name, {}, opts);

    const computeName = attachedName(args.poolId);
    const compute = new ml.Compute(
      name,
      {
        ...args.placement,
        workspaceName: args.workspaceName,
        computeName,
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identity.id] },
        properties: {
          computeType: "SynapseSpark",
          disableLocalAuth: true,
          resourceId: args.poolId,
        },
      },
      // Another pool may have the same name.
      { parent: this, deleteBeforeReplace: true, replaceOnChanges: ["properties.resourceId"] },
    );
    this.name = compute.name;
    this.registerOutputs({ name: this.name });
  }
}
