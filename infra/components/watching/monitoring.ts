import * as pulumi from "@pulumi/pulumi";
import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as monitor from "@pulumi/azure-native/monitor";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import { diagnosticsOf } from "./diagnostics";
import { logAlerts, type LogAlert } from "./log-alerts";
import type { Placement } from "../../config/placement";
import { savedQueries } from "./queries";
import { uuidOf } from "../../config/uuid";
import { workbookData } from "./workbook";
import { AvailabilityTest } from "./availability";

export interface MonitoringArgs {
  readonly placement: Placement;
  readonly logAnalyticsId: pulumi.Input<string>;
  readonly insightsId: pulumi.Input<string>;
  /** The Azure Machine Learning workspace. */
  readonly workspaceId: pulumi.Input<string>;
  readonly alertEmail: string;
  /** Alert threshold for the 95th percentile of latency, in ms. */
  readonly latencyMs: number;
  /** Alert threshold for failed requests in five minutes. */
  readonly failedRequests: number;
  /** Nodes that training clusters keep intentionally; default 0. */
  readonly keptNodes?: number;
  /** Public URL of the scoring service; without it, availability is not tested. */
  readonly scoringUrl?: pulumi.Input<string> | undefined;
  /** The AKS cluster of the scoring service. */
  readonly clusterId?: pulumi.Input<string> | undefined;
  /** Resources with diagnostic settings, by name; infra/components/watching/diagnostics.ts says what each keeps. */
  readonly diagnosed: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Average over all nodes. Pods scale out at half of this, so it is reached only if no node can be added. */
const nodeUsePercent = 90;

/** An environment's alerts with their action group, workbook, saved queries and diagnostic settings. */
export class Monitoring extends pulumi.ComponentResource {
  /** Receives the alerts and the budget's warnings. */
  readonly actionGroupId: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Monitoring", name, {}, opts);
    const { resourceGroupName, tags } = args.placement;
    const actionGroup = new monitor.ActionGroup(
      name,
      {
        resourceGroupName,
        tags,
        location: "global",
        groupShortName: "mlops",
        enabled: true,
        emailReceivers: [{ name: "operations", emailAddress: args.alertEmail, useCommonAlertSchema: true }],
      },
      { parent: this },
    );
    this.actionGroupId = actionGroup.id;

    const { placement, latencyMs, keptNodes = 0, insightsId, scoringUrl } = args;
    for (const alert of logAlerts({ latencyMs, keptNodes })) this.addLogAlert(name, args, alert);
    this.addFailureAlert(name, args);
    if (scoringUrl !== undefined) {
      new AvailabilityTest(
        `${name}-availability`,
        { placement, insightsId, scoringUrl, actionGroupId: this.actionGroupId },
        { parent: this },
      );
    }
    if (args.clusterId !== undefined) this.addClusterAlerts(name, args, args.clusterId);
    this.addWorkbook(name, args);
    this.addSavedQueries(name, args);
    this.addDiagnostics(name, args);

    this.registerOutputs({ actionGroupId: this.actionGroupId });
  }

  private addLogAlert(name: string, args: MonitoringArgs, alert: LogAlert): void {
    const { resourceGroupName, location, tags } = args.placement;
    new monitor.ScheduledQueryRule(
      `${name}-${alert.role}`,
      {
        resourceGroupName,
        location,
        tags,
        kind: "LogAlert",
        displayName: alert.title,
        severity: alert.severity,
        enabled: true,
        autoMitigate: true,
        scopes: [args.logAnalyticsId],
        evaluationFrequency: alert.every,
        windowSize: alert.window,
        ...(alert.lookBack !== undefined && { overrideQueryTimeRange: alert.lookBack }),
        // A new workspace has no tables until the first records arrive; validation would fail until then.
        skipQueryValidation: true,
        criteria: {
          allOf: [
            {
              query: alert.query,
              ...(alert.column === undefined
                ? { timeAggregation: "Count" }
                : { timeAggregation: "Maximum", metricMeasureColumn: alert.column }),
              operator: "GreaterThan",
              threshold: alert.threshold,
              failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
            },
          ],
        },
        actions: { actionGroups: [this.actionGroupId] },
      },
      { parent: this },
    );
  }

  private addFailureAlert(name: string, args: MonitoringArgs): void {
    const { resourceGroupName, tags } = args.placement;
    new monitor.MetricAlert(
      `${name}-failures`,
      {
        resourceGroupName,
        tags,
        location: "global",
        description: `More than ${args.failedRequests} requests failed in five minutes`,
        severity: 1,
        enabled: true,
        autoMitigate: true,
        scopes: [args.insightsId],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        criteria: {
          odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              criterionType: "StaticThresholdCriterion",
              name: "failed",
              metricNamespace: "microsoft.insights/components",
              metricName: "requests/failed",
              // Application Insights also counts 4xx as failed, but those are the client's mistakes.
              dimensions: [
                {
                  name: "request/resultCode",
                  operator: "Include",
                  values: ["500", "502", "503", "504"],
                },
              ],
              operator: "GreaterThan",
              threshold: args.failedRequests,
              timeAggregation: "Count",
            },
          ],
        },
        actions: [{ actionGroupId: this.actionGroupId }],
      },
      { parent: this },
    );
  }

  private addClusterAlerts(name: string, args: MonitoringArgs, clusterId: pulumi.Input<string>): void {
    const { resourceGroupName, tags } = args.placement;
    const metrics = { cpu: "node_cpu_usage_percentage", memory: "node_memory_working_set_percentage" };
    for (const [what, metricName] of Object.entries(metrics)) {
      new monitor.MetricAlert(
        `${name}-cluster-${what}`,
        {
          resourceGroupName,
          tags,
          location: "global",
          description: `The cluster's nodes use over ${nodeUsePercent} % of their ${what}: the cluster does not scale, or is at its limit`,
          severity: 2,
          enabled: true,
          autoMitigate: true,
          scopes: [clusterId],
          evaluationFrequency: "PT5M",
          windowSize: "PT15M",
          criteria: {
            odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            allOf: [
              {
                criterionType: "StaticThresholdCriterion",
                name: what,
                metricNamespace: "Microsoft.ContainerService/managedClusters",
                metricName,
                operator: "GreaterThan",
                threshold: nodeUsePercent,
                timeAggregation: "Average",
              },
            ],
          },
          actions: [{ actionGroupId: this.actionGroupId }],
        },
        { parent: this },
      );
    }
  }

  private addWorkbook(name: string, { placement, logAnalyticsId, insightsId }: MonitoringArgs): void {
    const { resourceGroupName, location, tags } = placement;
    new applicationinsights.Workbook(
      `${name}-workbook`,
      {
        resourceGroupName,
        location,
        tags,
        // Azure accepts only a GUID. The group's name has random digits, so every stack gets a different one.
        resourceName: pulumi.output(resourceGroupName).apply((group) => uuidOf(`${group}/${name}-workbook`)),
        kind: "shared",
        category: "workbook",
        displayName: "MLOps",
        sourceId: insightsId,
        serializedData: pulumi.output(logAnalyticsId).apply((id) => workbookData(id, "MLOps")),
      },
      { parent: this },
    );
  }

  private addSavedQueries(name: string, { placement }: MonitoringArgs): void {
    const { resourceGroupName, location, tags } = placement;
    const pack = new operationalinsights.QueryPack(
      `${name}-queries`,
      { resourceGroupName, location, tags },
      { parent: this },
    );
    for (const { key, title, query } of savedQueries) {
      new operationalinsights.Query(
        `${name}-queries-${key}`,
        {
          resourceGroupName,
          queryPackName: pack.name,
          id: uuidOf(key),
          displayName: title,
          body: query,
        },
        { parent: this },
      );
    }
  }

  private addDiagnostics(name: string, { diagnosed, logAnalyticsId }: MonitoringArgs): void {
    for (const [resource, id] of Object.entries(diagnosed)) {
      for (const { suffix, path, ...kept } of diagnosticsOf(resource)) {
        new monitor.DiagnosticSetting(
          `${name}-diagnostics-${resource}${suffix}`,
          { resourceUri: pulumi.interpolate`${id}${path}`, workspaceId: logAnalyticsId, ...kept },
          { parent: this },
        );
      }
    }
  }
}
