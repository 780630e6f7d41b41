import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { healthPaths } from "../../../platform/http/health-paths";
import type { TrackRelease } from "../../config/release";
import { commonLabels, healthPort, serviceAccountName, servicePort } from "./kubernetes-namespace";

export interface KubernetesTrackArgs {
  readonly namespace: string;
  readonly track: "stable" | "canary";
  readonly release: TrackRelease;
  /** Environment variables of the service. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** Autoscaler bounds. Pods follow the load, so changing the canary's weight changes nothing here. */
  readonly replicas: { readonly min: number; readonly max: number; readonly targetCpuPercent: number };
}

/** Deadline for new pods to become ready, including new nodes for them; a longer update has failed. */
const rolloutSeconds = 300;
/** Annotation with the time that an update waits for a Deployment. */
export const patience = { "pulumi.com/timeoutSeconds": String(rolloutSeconds) };
/** Seconds from the start of termination to SIGTERM, during which the gateway stops routing to the pod. */
const noticeSeconds = 5;
/** Default of MLOPS_GRACE_MS. */
const defaultGraceMs = 10_000;
const user = 65_532;
const size = { cpu: "500m", memory: "1Gi" };

/** One model version and its pods; the objects' names are the track's, and do not change with the version. */
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

/** One disruption at a time keeps the others serving, and a node can be drained even if there is only one pod. */
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
    // Ignores nodes that cannot run these pods, such as system nodes, when computing the skew.
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: selector },
    // Counts only pods of the same revision, so that a rollout ignores outgoing pods.
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
        // Spreading over nodes is required, because any node can fail; over zones it is preferred, because a zone can be full.
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

/** Security context of all our pods. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Security context of all our containers. */
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
  // A separate thread answers probes, because the service can be busy for longer than a probe waits.
  const ask = (path: string) => ({ httpGet: { path, port: "health" } });
  return {
    name: "scoring",
    image,
    // An image referenced by digest never changes.
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: "http", containerPort: servicePort },
      { name: "health", containerPort: healthPort },
    ],
    env: Object.entries(settings).map(([name, value]) => ({ name, value })),
    // No disk limit here: only the spool is writable, and it has its own size limit.
    resources: { requests: size, limits: size },
    startupProbe: { ...ask(healthPaths.alive), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...ask(healthPaths.ready), periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...ask(healthPaths.alive), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    // From SIGTERM the service reports "not ready"; until then it works normally, so that the gateway can stop routing to it.
    lifecycle: { preStop: { sleep: { seconds: noticeSeconds } } },
    securityContext: containerSecurity,
    volumeMounts: [{ name: "spool", mountPath: "/spool" }],
  };
}
