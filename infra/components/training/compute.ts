import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { computeName } from "../../config/names";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/foundation";

export interface TrainingClusterArgs {
  readonly placement: Placement;
  readonly workspaceName: pulumi.Input<string>;
  /** The identity of jobs on its nodes. */
  readonly identity: Identity;
  readonly kind: "cpu" | "gpu";
  /** Azure VM size, which alone decides whether the nodes have GPUs. */
  readonly vmSize: string;
  /** Low-priority nodes cost about a fifth; Azure can preempt them during a step, which then restarts. */
  readonly priority: "low" | "dedicated";
  /** Nodes kept while idle. 0 means an idle cluster costs nothing. */
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Minutes that a node can be idle before it is released. */
  readonly idleMinutes: number;
  /** Subnet of the nodes; with it they have no public IP address. */
  readonly subnetId?: pulumi.Input<string> | undefined;
}

/** The autoscaling compute cluster for training steps. */
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
        // Azure accepts another size or priority for an existing cluster but ignores it, so the name contains both.
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
        // A cluster's network cannot change either, but is not part of the name.
        replaceOnChanges: ["properties.properties.subnet", "properties.properties.enableNodePublicIp"],
      },
    );

    this.id = compute.id;
    this.name = pulumi.output(physicalName);
    this.registerOutputs({ id: this.id, name: this.name });
  }
}
