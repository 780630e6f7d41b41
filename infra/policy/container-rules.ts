import { at, azure, listAt, shown, type Props, type Rule } from "./rule";

/** A container of any platform. */
interface Container {
  readonly name: string;
  readonly image: unknown;
  readonly variables: readonly Props[];
}

const workloads = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:batch/v1:Job",
  "kubernetes:batch/v1:CronJob",
  "kubernetes:core/v1:Pod",
];
const containerGroup = azure("containerinstance:ContainerGroup");
const environment = azure("machinelearningservices:EnvironmentVersion");
const webApp = azure("web:WebApp");

function podOf({ spec }: Props, type: string): unknown {
  if (type === "kubernetes:core/v1:Pod") return spec;
  const workload = type === "kubernetes:batch/v1:CronJob" ? at(spec, "jobTemplate", "spec") : spec;
  return at(workload, "template", "spec");
}

/** All containers of a resource, including init containers. */
function containersOf(props: Props, type: string): readonly Container[] {
  if (type === environment) {
    return [{ name: "image", image: at(props, "properties", "image"), variables: [] }];
  }
  if (type === webApp) {
    const [, image] = /^DOCKER\|(.*)$/.exec(String(at(props, "siteConfig", "linuxFxVersion"))) ?? [];
    return [{ name: "image", image, variables: listAt(at(props, "siteConfig"), "appSettings") }];
  }
  const [holder, variables] =
    type === containerGroup ? [props, "environmentVariables"] : [podOf(props, type), "env"];
  return [...listAt(holder, "initContainers"), ...listAt(holder, "containers")].map((container) => ({
    name: typeof container.name === "string" ? container.name : "a container",
    image: container.image,
    variables: listAt(container, variables),
  }));
}

const digest = /@sha256:[0-9a-f]{64}$/;

/** Variable names of secrets. A path, or the name of a secret in a vault, is not a secret. */
const secretName = /(^|_)(KEY|KEYS|PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?)$/i;
const secretValue =
  /AccountKey=|SharedAccess(Key|Signature)=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY-----|^eyJ[\w-]+\.eyJ[\w-]+\./;

const isSecret = ({ name, value }: Props): boolean =>
  typeof name === "string" &&
  typeof value === "string" &&
  value !== "" &&
  (secretValue.test(value) || (secretName.test(name) && !value.startsWith("/")));

/** Rules for containers of Container Instances, Kubernetes and Azure Machine Learning. */
export const containerRules: readonly Rule[] = [
  {
    name: "pinned-images",
    description: "Images are pinned by digest, so that what runs is what was tested",
    types: [...workloads, containerGroup, environment, webApp],
    violation: (props, type) => {
      const loose = containersOf(props, type).filter(
        ({ image }) => typeof image === "string" && !digest.test(image),
      );
      if (loose.length === 0) return undefined;
      const named = loose.map(({ name, image }) => `${name} (${shown(image)})`).join(", ");
      return `A tag can point to another image later: ${named}. Pin the image by digest, such as <repository>@sha256:<64 digits>.`;
    },
  },
  {
    name: "no-plain-secrets",
    description: "Plain environment variables of containers hold no secrets",
    types: [...workloads, containerGroup, webApp],
    violation: (props, type) => {
      const names = containersOf(props, type).flatMap(({ name, variables }) =>
        variables.filter(isSecret).map((variable) => `${String(variable.name)} of ${name}`),
      );
      return names.length === 0
        ? undefined
        : `Anybody who can read the resource can read ${names.join(", ")}. Store it in the key vault and let the process read it with its identity, or use secureValue.`;
    },
  },
];
