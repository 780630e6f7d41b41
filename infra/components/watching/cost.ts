import * as consumption from "@pulumi/azure-native/consumption";
import * as logic from "@pulumi/azure-native/logic";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";

export interface BudgetArgs {
  readonly resourceGroupId: pulumi.Input<string>;
  /** Resource group that AKS creates for nodes, disks and load balancers, which are billed there. */
  readonly nodeResourceGroup?: pulumi.Input<string> | undefined;
  /** Monthly amount in the subscription's currency. */
  readonly amount: number;
  readonly email: string;
  readonly actionGroupId: pulumi.Input<string>;
}

/** Azure refuses a budget that starts before the current month. */
const firstOfMonth = (now: Date): string => `${now.toISOString().slice(0, 7)}-01T00:00:00Z`;

/** Scope of the costs: the resource group, or the subscription filtered to it and the node resource group. */
function counted({ resourceGroupId, nodeResourceGroup }: BudgetArgs) {
  if (nodeResourceGroup === undefined) return { scope: resourceGroupId };
  const both = pulumi.all([resourceGroupId, nodeResourceGroup]);
  const values = both.apply(([id, nodes]) => [id.slice(id.lastIndexOf("/") + 1), nodes]);
  return {
    scope: both.apply(([id]) => id.split("/").slice(0, 3).join("/")),
    filter: { dimensions: { name: "ResourceGroupName", operator: "In", values } },
  };
}

/** Warns when an environment's actual or forecast cost exceeds the budget. It never stops anything. */
export class Budget extends pulumi.ComponentResource {
  constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Budget", name, {}, opts);

    const warning = (thresholdType: "Actual" | "Forecasted", threshold: number) => ({
      enabled: true,
      operator: "GreaterThanOrEqualTo",
      threshold,
      thresholdType,
      contactEmails: [args.email],
      contactGroups: [args.actionGroupId],
    });
    new consumption.Budget(
      name,
      {
        ...counted(args),
        amount: args.amount,
        category: "Cost",
        timeGrain: "Monthly",
        timePeriod: { startDate: firstOfMonth(new Date()) },
        notifications: {
          actual80: warning("Actual", 80),
          actual100: warning("Actual", 100),
          forecast100: warning("Forecasted", 100),
        },
      },
      // Keep the original start: Azure refuses to change it, and adds an end date.
      { parent: this, ignoreChanges: ["timePeriod"] },
    );
    this.registerOutputs({});
  }
}

/** Workflow Definition Language document of a Logic App that stops a container group once a day. */
export function autoStopDefinition(args: {
  /** hh:mm, UTC. */
  readonly time: string;
  readonly containerGroupId: string;
  readonly identityId: string;
}) {
  const [hour = "", minute = ""] = args.time.split(":");
  return {
    $schema:
      "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
    contentVersion: "1.0.0.0",
    triggers: {
      evening: {
        type: "Recurrence",
        recurrence: {
          frequency: "Day",
          interval: 1,
          timeZone: "UTC",
          schedule: { hours: [hour], minutes: [Number(minute)] },
        },
      },
    },
    actions: {
      stop: {
        type: "Http",
        runAfter: {},
        inputs: {
          method: "POST",
          uri: `https://management.azure.com${args.containerGroupId}/stop?api-version=2023-05-01`,
          authentication: {
            type: "ManagedServiceIdentity",
            identity: args.identityId,
            audience: "https://management.azure.com/",
          },
          retryPolicy: { type: "exponential", count: 4, interval: "PT10S" },
        },
      },
    },
  };
}

export interface AutoStopArgs {
  readonly placement: Placement;
  /** hh:mm, UTC. */
  readonly time: string;
  readonly containerGroupId: pulumi.Input<string>;
  /** Needs a role to stop the group: `containerGroups` in infra/components/foundation/access-table.ts. */
  readonly identity: Identity;
}

/** Stops a container group every evening; it costs nothing until a release or a person starts it. */
export class AutoStop extends pulumi.ComponentResource {
  constructor(name: string, args: AutoStopArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:AutoStop", name, {}, opts);

    const { placement, time, containerGroupId, identity } = args;
    new logic.Workflow(
      name,
      {
        ...placement,
        state: "Enabled",
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        definition: pulumi
          .all([containerGroupId, identity.id])
          .apply(([group, identityId]) => autoStopDefinition({ time, containerGroupId: group, identityId })),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
