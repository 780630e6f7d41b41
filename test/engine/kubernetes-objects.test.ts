import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { ingressNamespace } from "../../infra/components/serving/kubernetes-namespace";
import type { ReleaseState } from "../../infra/config/release";
import { manifests, releases, yamlOf } from "./kubernetes-manifests";

const run = promisify(execFile);
/** Of an API server that these tests may make namespaces on. */
const kubeconfig = process.env.ENGINE_KUBECONFIG ?? "";
const describeCluster = existsSync(kubeconfig) ? describe : describe.skip;
const reason = existsSync(kubeconfig) ? "" : " (ENGINE_KUBECONFIG names no kubeconfig)";

const namespace = `mlops-objects-${randomBytes(3).toString("hex")}`;
/** In place of that of the gateways, which all tests on this cluster have in common. */
const ingress = `${namespace}-ingress`;

async function kubectl(args: readonly string[], input = ""): Promise<string> {
  const running = run("kubectl", ["--kubeconfig", kubeconfig, ...args], { maxBuffer: 1e8 });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

const apply = (yaml: string, ...more: string[]) =>
  kubectl(["apply", "--server-side", "--field-manager=pulumi", ...more, "-f", "-"], yaml);

async function get<T>(kind: string, name: string, within = namespace): Promise<T> {
  return JSON.parse(await kubectl(["get", kind, name, "-n", within, "-o", "json"])) as T;
}

/** The objects, with those of the gateways' namespace in this test's own. */
async function placed(state: ReleaseState, host?: string): ReturnType<typeof manifests> {
  return (await manifests(namespace, state, host)).map((object) =>
    object.metadata.namespace === ingressNamespace
      ? { ...object, metadata: { ...object.metadata, namespace: ingress } }
      : object,
  );
}

async function release(state: ReleaseState, host?: string): Promise<void> {
  const objects = await placed(state, host);
  await apply(yamlOf(objects));
  for (const { kind, metadata } of objects) {
    if (kind !== "Deployment") continue;
    const where = metadata.namespace ?? "";
    await kubectl(["rollout", "status", `deployment/${metadata.name}`, "-n", where, "--timeout=240s"]);
  }
}

describeCluster(`on a real API server${reason}, the objects`, () => {
  beforeAll(async () => {
    await kubectl(["create", "namespace", ingress]);
  });

  afterAll(async () => {
    for (const each of [namespace, ingress])
      await kubectl(["delete", "namespace", each, "--ignore-not-found", "--wait=false"]);
  });

  test("are taken before there is a version", async () => {
    await expect(release(releases.none)).resolves.toBeUndefined();
    const namespaces = await get<{ metadata: { labels: object } }>("namespace", namespace);
    expect(namespaces.metadata.labels).toHaveProperty(["pod-security.kubernetes.io/enforce"], "restricted");
  });

  test("are ready beside each other, with the certificate's, at the level that the namespace enforces", async () => {
    await release(releases.beside, "score.example.com");
    for (const [track, min] of Object.entries({ stable: 3, canary: 2 })) {
      await kubectl([
        "wait",
        `hpa/${track}`,
        "-n",
        namespace,
        `--for=jsonpath={.status.desiredReplicas}=${min}`,
        "--timeout=120s",
      ]);
    }
    const route = await get<{ spec: { http: { name: string; route?: { weight?: number }[] }[] } }>(
      "virtualservices.networking.istio.io",
      "scoring",
    );
    const weights = route.spec.http.find(({ name }) => name === "weights")?.route;
    expect(weights?.map(({ weight }) => weight)).toEqual([90, 10]);
  }, 300_000);

  test("leave the number of pods to the autoscaler when they are applied again", async () => {
    await kubectl(["scale", "deployment/stable", "-n", namespace, "--replicas=4"]);
    await apply(yamlOf(await placed(releases.beside, "score.example.com")));
    const { spec } = await get<{ spec: { replicas: number } }>("deployment", "stable");
    expect(spec.replicas).toBe(4);
  });

  test("would not be taken with rights that the restricted level forbids", async () => {
    const objects = await manifests(namespace, releases.stable);
    const template = objects.find(({ kind }) => kind === "Deployment")?.spec.template;
    template.spec.containers[0].securityContext.capabilities = {};
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "refused", namespace, labels: template.metadata.labels },
      spec: template.spec,
    };
    await expect(apply(yamlOf([pod]), "--dry-run=server")).rejects.toThrow(
      /violates PodSecurity "restricted:latest": unrestricted capabilities/,
    );
  });
});
