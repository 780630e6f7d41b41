import { readFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../../../../build/repository";
import { KubernetesServing } from "../../../../infra/components/serving/kubernetes-serving";
import type { ReleaseState, TrackRelease } from "../../../../infra/config/release";
import type { KubernetesPlace } from "../../../../infra/config/serving-place";
import { countByType, ofType, registered, tenantId, type Registered } from "../../mocks";

const version = (number: number): TrackRelease => ({
  model: `diabetes:${number}`,
  image: `acr.azurecr.io/scoring@sha256:${String(number).repeat(64)}`,
});
const [stable, canary] = [version(1), version(2)];
const tls = { host: "score.example.com", certificate: "scoring", vaultName: "vault", tenantId };
const place: KubernetesPlace = {
  kind: "kubernetes",
  environment: "prod",
  model: "diabetes",
  placement: { resourceGroupName: "group", location: "westeurope", tags: {} },
  scoring: { id: "/identities/scoring", clientId: "scoring-client" },
  settings: { MLOPS_ENVIRONMENT: "prod", MLOPS_GRACE_MS: "40000" },
  cluster: { id: "/clusters/aks", name: "aks" },
  namespace: "mlops-prod",
  replicas: { min: 3, max: 6, targetCpuPercent: 50 },
  url: "http://gateway",
};

async function serving(
  extra: Partial<KubernetesPlace> = {},
  release: ReleaseState = { stable, canary, canaryPercent: 10 },
): Promise<Registered[]> {
  return registered(() => new KubernetesServing("scoring", { place: { ...place, ...extra }, release }));
}

const named = (resources: readonly Registered[], type: string, name: string) =>
  ofType(resources, type).find(({ inputs }) => inputs.metadata.name === name)?.inputs;

/** Everything on the cluster, and none of it twice: `kind/name`. */
const objects = (resources: readonly Registered[]): string[] =>
  resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => `${inputs.kind}/${inputs.metadata.name}`)
    .sort();

const always = [
  "Gateway/scoring",
  "Namespace/mlops-prod",
  "NetworkPolicy/closed",
  "NetworkPolicy/scoring",
  "ServiceAccount/scoring",
  "VirtualService/scoring",
];
const track = (name: string) =>
  ["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service"].map(
    (kind) => `${kind}/${name}`,
  );

describe("scoring on AKS", () => {
  test("is a way to the cluster, and objects on it: nothing in Azure is made or changed", async () => {
    const others = (await serving()).filter(({ type }) => !type.startsWith("kubernetes:"));
    expect(countByType(others)).toEqual({
      "mlops:infra:KubernetesServing": 1,
      "mlops:infra:KubernetesObjects": 1,
      "mlops:infra:KubernetesNamespace": 1,
      "mlops:infra:KubernetesTrack": 2,
      "mlops:infra:KubernetesRouting": 1,
      "pulumi:providers:kubernetes": 1,
    });
  });

  test("keeps the credentials a secret, and signs in with the Azure CLI", async () => {
    const { kubeconfig, clusterIdentifier } =
      ofType(await serving(), "providers:kubernetes")[0]?.inputs ?? {};
    expect(clusterIdentifier).toBe("/clusters/aks");
    expect(kubeconfig).toHaveProperty("value", expect.stringMatching(/--login\n\s+- azurecli/));
  });

  test("has the objects of the versions that serve, and no others", async () => {
    const names = async (release: ReleaseState) => objects(await serving({}, release));
    expect(await names({ canaryPercent: 0 })).toEqual(always);
    expect(await names({ canary, canaryPercent: 100 })).toEqual([...always, ...track("canary")].sort());
    expect(await names({ stable, canaryPercent: 0 })).toEqual([...always, ...track("stable")].sort());
    expect(await names({ stable, canary, canaryPercent: 10 })).toEqual(
      [...always, ...track("stable"), ...track("canary")].sort(),
    );
  });

  test("changes one object when the weight changes", async () => {
    const at = async (canaryPercent: number) =>
      (await serving({}, { stable, canary, canaryPercent })).map((resource) => ({
        name: `${resource.type} ${resource.name}`,
        text: JSON.stringify(resource.inputs),
      }));
    const [before, after] = [await at(10), await at(50)];
    const changed = after.filter(
      ({ name, text }) => !before.some((old) => old.name === name && old.text === text),
    );
    expect(changed.map(({ name }) => name)).toEqual([
      "kubernetes:networking.istio.io/v1:VirtualService scoring-objects-routing",
    ]);
  });

  test("takes the certificate from the vault, by an identity, to where the gateway reads it", async () => {
    const resources = await serving({ tls });
    const source = named(resources, "SecretProviderClass", "scoring-certificate");
    expect(source).toMatchObject({
      metadata: { namespace: "aks-istio-ingress" },
      spec: {
        parameters: { clientID: "scoring-client", keyvaultName: "vault", tenantId },
        secretObjects: [{ secretName: "scoring-certificate", type: "kubernetes.io/tls" }],
      },
    });
    expect(source?.spec.parameters.objects).toContain("objectName: scoring\n    objectType: secret");
    const holder = named(resources, "apps/v1:Deployment", "scoring-certificate");
    expect(holder?.spec.template.spec.containers[0].image).toBe(stable.image);
    expect(
      named(resources, "networking.istio.io/v1:Gateway", "scoring")?.spec.servers[0].tls.credentialName,
    ).toBe("scoring-certificate");
  });

  test("has no pod for the certificate before there is an image for it", async () => {
    const resources = await serving({ tls }, { canaryPercent: 0 });
    expect(objects(resources)).toEqual(always);
  });
});

describe("the objects of a version", () => {
  test("are pods that the restricted level takes, with what the image needs", async () => {
    const resources = await serving();
    const deployment = named(resources, "apps/v1:Deployment", "stable");
    expect(deployment?.spec).not.toHaveProperty("replicas");
    expect(deployment?.spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    const { metadata, spec } = deployment?.spec.template ?? {};
    expect(metadata.labels).toMatchObject({ "mlops/track": "stable", "azure.workload.identity/use": "true" });
    expect(spec).toMatchObject({
      serviceAccountName: "scoring",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 45,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
      topologySpreadConstraints: [
        // No node holds all of them.
        {
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "DoNotSchedule",
          maxSkew: 1,
          nodeTaintsPolicy: "Honor",
        },
        { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 1 },
      ],
      volumes: [{ name: "spool", emptyDir: { sizeLimit: "512Mi" } }],
    });
    expect(spec.containers).toMatchObject([
      {
        image: stable.image,
        env: [
          { name: "MLOPS_ENVIRONMENT", value: "prod" },
          { name: "MLOPS_GRACE_MS", value: "40000" },
        ],
        resources: {
          requests: { cpu: "500m", memory: "1Gi" },
          limits: { cpu: "500m", memory: "1Gi" },
        },
        startupProbe: { httpGet: { path: "/healthz", port: "health" } },
        livenessProbe: { httpGet: { path: "/healthz", port: "health" } },
        readinessProbe: { httpGet: { path: "/readyz", port: "health" } },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "spool", mountPath: "/spool" }],
      },
    ]);
  });

  test.each([
    ["stable", 3, 3],
    ["canary", 3, 2],
    ["canary", 1, 1],
  ])("follow the load: %s with at least %i pods has %i", async (name, min, expected) => {
    const resources = await serving({ replicas: { min, max: 6, targetCpuPercent: 50 } });
    expect(named(resources, "autoscaling/v2:HorizontalPodAutoscaler", name)?.spec).toMatchObject({
      scaleTargetRef: { kind: "Deployment", name },
      minReplicas: expected,
      maxReplicas: 6,
      metrics: [{ resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }],
    });
  });

  test("have more memory than the heap may take by the image's own setting", async () => {
    const dockerfile = await readFile(path.join(repository, "scoring", "Dockerfile"), "utf8");
    const heapMiB = Number(/NODE_OPTIONS=--max-old-space-size=(\d+)/.exec(dockerfile)?.[1]);
    const deployment = named(await serving(), "apps/v1:Deployment", "stable");
    expect(deployment?.spec.template.spec.containers[0].resources.limits.memory).toBe("1Gi");
    // Two fifths are for what is not in it.
    expect(heapMiB).toBeGreaterThan(400);
    expect(heapMiB).toBeLessThanOrEqual(0.6 * 1024);
  });

  test("are chosen by their track, so that no version gets another's requests", async () => {
    const resources = await serving();
    for (const name of ["stable", "canary"]) {
      const chosen = { "mlops/track": name };
      expect(named(resources, "core/v1:Service", name)?.spec.selector).toMatchObject(chosen);
      expect(named(resources, "apps/v1:Deployment", name)?.spec.selector.matchLabels).toMatchObject(chosen);
      expect(named(resources, "policy/v1:PodDisruptionBudget", name)?.spec).toMatchObject({
        maxUnavailable: 1,
        selector: { matchLabels: chosen },
      });
    }
  });
});

describe("the namespace", () => {
  test("takes restricted pods only, and lets in the gateway and out what Azure answers", async () => {
    const resources = await serving();
    expect(named(resources, "core/v1:Namespace", "mlops-prod")?.metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    });
    expect(named(resources, "core/v1:ServiceAccount", "scoring")?.metadata.annotations).toEqual({
      "azure.workload.identity/client-id": "scoring-client",
    });
    expect(named(resources, "networking.k8s.io/v1:NetworkPolicy", "closed")?.spec).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
    const open = named(resources, "networking.k8s.io/v1:NetworkPolicy", "scoring")?.spec;
    expect(open.ingress).toHaveLength(1);
    expect(open.ingress[0].ports).toEqual([{ port: 8080, protocol: "TCP" }]);
    expect(open.ingress[0].from).toContainEqual({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "aks-istio-ingress" } },
    });
    const out = open.egress as { ports: { port: number }[] }[];
    expect(out.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53, 443]);
  });
});
