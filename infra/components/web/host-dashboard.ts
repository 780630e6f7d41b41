import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/stack-config";
import type { Variables } from "../../config/environment";
import { refusal } from "../../config/refusal";
import { readEnvironments } from "../../../platform/release/environments";
import type { Access } from "../foundation/access";
import type { Foundation } from "../foundation/foundation";
import type { Images } from "../images/images";
import type { RetrainingEndpoint } from "../training/training-pipeline";
import type { Workspace } from "../training/workspace";
import { Dashboard } from "./dashboard";

interface Shown {
  readonly foundation: Foundation;
  readonly access: readonly Access[];
  readonly images: Images;
  readonly workspace: Workspace;
  readonly retraining: RetrainingEndpoint;
  readonly cli: Variables;
  readonly tenantId: pulumi.Input<string>;
}

/** Where the dashboard is, and who it is. */
export interface HostedDashboard {
  readonly url: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
}

/** Refuses a dashboard in another environment than the first, before anything is declared. */
export function requireDashboardPlace({ environment, dashboard }: StackConfig): void {
  const { training } = readEnvironments();
  if (dashboard === "off" || environment === training) return;
  throw refusal(
    `mlops:dashboard is ${dashboard} in stack ${environment}, and the dashboard shows all environments from the first one, ${training}. Run: pulumi config set --stack ${environment} mlops:dashboard off, and set it in ${training}.`,
  );
}

/** The dashboard's web app, if the stack has one: where models are trained, as versions, history and audit trail are there. */
export function hostDashboard(config: StackConfig, shown: Shown): HostedDashboard | undefined {
  const { environment, dashboard, dashboardApplication, model, operators } = config;
  const { foundation, images, workspace, retraining, tenantId } = shown;
  const { dashboard: identity, pull } = foundation.identities;
  if (dashboard === "off" || identity === undefined) return undefined;
  // The configuration was checked: both are there with a dashboard.
  if (dashboardApplication === undefined || images.dashboard === undefined) return undefined;
  const { url } = new Dashboard(
    "dashboard",
    {
      placement: foundation.placement,
      image: images.dashboard,
      identity,
      pull,
      tenantId,
      application: dashboardApplication,
      groups: operators,
      acts: dashboard === "act",
      stackOutputs: pulumi.jsonStringify({
        [environment]: { model, workspaceId: workspace.id, retraining, environment: { cli: shown.cli } },
      }),
    },
    { dependsOn: shown.access.flatMap(({ assignments }) => [...assignments]) },
  );
  return { url, principalId: identity.principalId };
}
