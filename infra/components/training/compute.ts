import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { computeName } from "../../config/names";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/foundation";

export interface TrainingClusterArgs {
  readonly placement: Placement;
  readonly workspaceName: pulumi.Input<string>;
  /** What jobs on its nodes are, in Azure. */
  readonly identity: Identity;
  readonly kind: "cpu" | "gpu";
  /** Azure VM size; a cluster is of CPUs or GPUs by its size alone. */
  readonly vmSize: string;
  /** Nodes of low priority cost about a fifth, and may be taken away while a step runs, which then starts anew. */
  readonly priority: "low" | "dedicated";
  /** Nodes kept while idle. 0 means an idle cluster costs nothing. */
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Minutes a node may sit idle before it is released. */
  readonly idleMinutes: number;
  /** Subnet of the nodes, which then have no public address. */
  readonly subnetId?: pulumi.Input<string> | undefined;
}

/** The autoscaling cluster that steps of training run on. */
export class TrainingCluster extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: TrainingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:TrainingCluster", name, {}, opts);

    const { placement, kind, vmSize, priority, subnetId } = args;
    const physicalName = computeName(kind, vmSize, priority);
    const compute = new ml.Compute(
      name,
      {
        ...placement,
        workspaceName: args.workspaceName,
        // Azure takes another size or priority for an existing cluster and leaves it as it was: the name holds both.
        computeName: physicalName,
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identity.id] },
        properties: {
          computeType: "AmlCompute",
          disableLocalAuth: true,
          properties: {
            vmSize,
            vmPriority: priority === "low" ? "LowPriority" : "Dedicated",
            osType: "Linux",
            enableNodePublicIp: subnetId === undefined,
            remoteLoginPortPublicAccess: "Disabled",
            ...(subnetId !== undefined && { subnet: { id: subnetId } }),
            scaleSettings: {
              minNodeCount: args.minNodes,
              maxNodeCount: args.maxNodes,
              nodeIdleTimeBeforeScaleDown: `PT${args.idleMinutes}M`,
            },
          },
        },
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        // The network of a cluster cannot change either, and is not in the name.
        replaceOnChanges: ["properties.properties.subnet", "properties.properties.enableNodePublicIp"],
      },
    );

    this.id = compute.id;
    this.name = pulumi.output(physicalName);
    this.registerOutputs({ id: this.id, name: this.name });
  }
}
