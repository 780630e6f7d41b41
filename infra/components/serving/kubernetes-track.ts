import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { TrackRelease } from "../../config/release";
import { commonLabels, healthPort, serviceAccountName, servicePort } from "./kubernetes-namespace";

export interface KubernetesTrackArgs {
  readonly namespace: string;
  readonly track: "stable" | "canary";
  readonly release: TrackRelease;
  /** Environment variables of the service. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** Pods follow the load, so a change of the canary's weight changes nothing here. */
  readonly replicas: { readonly min: number; readonly max: number; readonly targetCpuPercent: number };
}

/** Longest time until new pods are ready, nodes for them included; an update that takes longer has failed. */
const rolloutSeconds = 300;
/** How long an update waits for a Deployment. */
export const patience = { "pulumi.com/timeoutSeconds": String(rolloutSeconds) };
/** Seconds between "leaving" and SIGTERM, in which the gateway hears of it. */
const noticeSeconds = 5;
/** MLOPS_GRACE_MS where it is not set. */
const defaultGraceMs = 10_000;
const user = 65_532;
const size = { cpu: "500m", memory: "1Gi" };

/** One version of the model on its pods, under a name that stays. */
export class KubernetesTrack extends pulumi.ComponentResource {
  constructor(name: string, args: KubernetesTrackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesTrack", name, {}, opts);

    const { track, namespace, replicas } = args;
    const selector = { ...commonLabels, "mlops/track": track };
    const metadata = { name: track, namespace, labels: selector };

    new apps.Deployment(
      name,
      {
        metadata: { ...metadata, annotations: patience },
        spec: deployment(args, selector),
      },
      { parent: this },
    );

    new core.Service(
      `${name}-service`,
      {
        metadata,
        spec: {
          selector,
          ports: [{ name: "http", port: 80, targetPort: "http", appProtocol: "http" }],
        },
      },
      { parent: this },
    );

    new autoscaling.HorizontalPodAutoscaler(
      `${name}-autoscaler`,
      {
        metadata,
        spec: autoscaler(track, replicas),
      },
      { parent: this },
    );

    new policy.PodDisruptionBudget(
      `${name}-budget`,
      {
        metadata,
        spec: disruptions(selector),
      },
      { parent: this },
    );

    this.registerOutputs();
  }
}

function autoscaler(
  name: string,
  { min, max, targetCpuPercent }: KubernetesTrackArgs["replicas"],
): inputs.autoscaling.v2.HorizontalPodAutoscalerSpec {
  const target = { type: "Utilization", averageUtilization: targetCpuPercent };
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
    minReplicas: min,
    maxReplicas: max,
    metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
  };
}

/** One at a time leaves the others, and lets a node go also where there is only one. */
const disruptions = (matchLabels: Record<string, string>) => ({
  selector: { matchLabels },
  maxUnavailable: 1,
  unhealthyPodEvictionPolicy: "AlwaysAllow",
});

function deployment(
  { release, settings }: KubernetesTrackArgs,
  selector: Record<string, string>,
): inputs.apps.v1.DeploymentSpec {
  const graceMs = pulumi.output(settings.MLOPS_GRACE_MS ?? String(defaultGraceMs));
  const spread = (topologyKey: string, whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway") => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable,
    // Nodes that take none of them, as the cluster's own, are not those that have too few.
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: selector },
    // Of one edition of the pods: a roll-out does not count those that are going.
    matchLabelKeys: ["pod-template-hash"],
  });
  // The autoscaler owns the number of replicas.
  return {
    selector: { matchLabels: selector },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "50%" } },
    revisionHistoryLimit: 3,
    progressDeadlineSeconds: rolloutSeconds,
    template: {
      metadata: {
        labels: { ...selector, "azure.workload.identity/use": "true" },
        annotations: { "mlops/model": release.model },
      },
      spec: {
        serviceAccountName,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: graceMs.apply((ms) => Math.ceil(Number(ms) / 1000) + noticeSeconds),
        securityContext: podSecurity,
        // A node may fail at any time and holds no more than its share; a zone may be full.
        topologySpreadConstraints: [
          spread("kubernetes.io/hostname", "DoNotSchedule"),
          spread("topology.kubernetes.io/zone", "ScheduleAnyway"),
        ],
        containers: [container(release, settings)],
        volumes: [{ name: "spool", emptyDir: { sizeLimit: "512Mi" } }],
      },
    },
  };
}

/** What every pod of ours is held to. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: "RuntimeDefault" },
};

/** What every container of ours is held to. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  capabilities: { drop: ["ALL"] },
};

function container(
  { image }: TrackRelease,
  settings: KubernetesTrackArgs["settings"],
): inputs.core.v1.Container {
  // Answered by a thread of its own: the service may be busy for longer than a probe waits.
  const ask = (path: string) => ({ httpGet: { path, port: "health" } });
  return {
    name: "scoring",
    image,
    // An image by its digest never changes.
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: "http", containerPort: servicePort },
      { name: "health", containerPort: healthPort },
    ],
    env: Object.entries(settings).map(([name, value]) => ({ name, value })),
    // Of the disk there is the spool alone, which has a limit of its own.
    resources: { requests: size, limits: size },
    startupProbe: { ...ask("/healthz"), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...ask("/readyz"), periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...ask("/healthz"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    // The service answers "not ready" from SIGTERM on; until the gateway knows that it goes, it works as ever.
    lifecycle: { preStop: { sleep: { seconds: noticeSeconds } } },
    securityContext: containerSecurity,
    volumeMounts: [{ name: "spool", mountPath: "/spool" }],
  };
}
