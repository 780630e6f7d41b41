import { AutoStop, Budget } from "./cost";
import type { Foundation } from "../foundation/foundation";
import { Governance } from "../foundation/governance";
import { Monitoring } from "./monitoring";
import type { Triggers } from "../training/triggers";
import type { Workspace } from "../training/workspace";
import type { StackConfig } from "../../config/stack-config";
import type { PreparedServing } from "../serving/prepare-serving";
import { tagNames } from "../../config/tag-names";

interface Watched {
  readonly foundation: Foundation;
  readonly workspace: Workspace;
  /** Only in the environment that trains models. */
  readonly triggers: Triggers | undefined;
  readonly serving: PreparedServing;
}

/** Alerts, budget and Azure Policy of an environment. */
export function watch(config: StackConfig, { foundation, workspace, triggers, serving }: Watched): void {
  const { placement, logAnalyticsId, insights, storage, vault, registry } = foundation;
  const { cluster, containerGroupId } = serving;
  const clusterId = cluster?.id;
  const { actionGroupId } = new Monitoring("monitoring", {
    ...config,
    placement,
    logAnalyticsId,
    insightsId: insights.id,
    workspaceId: workspace.id,
    keptNodes: config.computeMinNodes,
    // The availability test runs from the internet, and takes only certificates that public authorities vouch for.
    scoringUrl: config.host === undefined ? undefined : serving.url,
    clusterId,
    diagnosed: {
      storage: storage.id,
      vault: vault.id,
      registry: registry.id,
      workspace: workspace.id,
      ...triggers?.diagnosed,
      ...(clusterId && { cluster: clusterId }),
    },
  });
  const { id: resourceGroupId } = foundation.resourceGroup;
  new Budget("budget", {
    resourceGroupId,
    nodeResourceGroup: cluster?.nodeResourceGroup,
    amount: config.monthlyBudget,
    email: config.alertEmail,
    actionGroupId,
  });
  if (config.autoStop !== undefined && containerGroupId !== undefined) {
    const identity = foundation.identities.release;
    new AutoStop("auto-stop", {
      placement,
      time: config.autoStop,
      containerGroupId,
      identity,
    });
  }
  if (config.policyAssignments) {
    new Governance("governance", {
      ...config,
      resourceGroupId,
      regions: config.dataRegions,
      tagNames,
      registryLoginServer: registry.loginServer,
      clusterId,
    });
  }
}
