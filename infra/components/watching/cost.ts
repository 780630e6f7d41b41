import * as consumption from "@pulumi/azure-native/consumption";
import * as logic from "@pulumi/azure-native/logic";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";

export interface BudgetArgs {
  readonly resourceGroupId: pulumi.Input<string>;
  /** The group that AKS makes for a cluster's nodes, disks and balancers; what they cost is billed there. */
  readonly nodeResourceGroup?: pulumi.Input<string> | undefined;
  /** Money a month, in the subscription's currency. */
  readonly amount: number;
  readonly email: string;
  readonly actionGroupId: pulumi.Input<string>;
}

/** Azure takes no start before the month in which a budget is made. */
const firstOfMonth = (now: Date): string => `${now.toISOString().slice(0, 7)}-01T00:00:00Z`;

/** Where costs are counted: in the resource group, and, of a subscription, in those of the nodes beside it. */
function counted({ resourceGroupId, nodeResourceGroup }: BudgetArgs) {
  if (nodeResourceGroup === undefined) return { scope: resourceGroupId };
  const both = pulumi.all([resourceGroupId, nodeResourceGroup]);
  const values = both.apply(([id, nodes]) => [id.slice(id.lastIndexOf("/") + 1), nodes]);
  return {
    scope: both.apply(([id]) => id.split("/").slice(0, 3).join("/")),
    filter: { dimensions: { name: "ResourceGroupName", operator: "In", values } },
  };
}

/** Warns when an environment has cost, or is going to cost, more than it should. It never stops anything. */
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
      // The start stays as it was when the budget was made: Azure refuses another, and completes it with an end.
      { parent: this, ignoreChanges: ["timePeriod"] },
    );
    this.registerOutputs({});
  }
}

/** What a Logic App does that stops a container group once a day: a Workflow Definition Language document. */
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
  /** It needs the right to stop the group: `containerGroups` in infra/components/foundation/access-table.ts. */
  readonly identity: Identity;
}

/** Stops a container group every evening; it costs nothing until the next release, or a hand, starts it. */
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
