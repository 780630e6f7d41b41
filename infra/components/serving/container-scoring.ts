import * as pulumi from "@pulumi/pulumi";
import * as containerinstance from "@pulumi/azure-native/containerinstance";
import { healthPaths } from "../../../platform/http/health-paths";
import { requireName } from "../../config/names";
import type { Placement } from "../../config/placement";
import type { TrackRelease } from "../../config/release";
import { waitUntilInEffect } from "../foundation/roles-in-effect";

/** A managed identity of the container group. */
interface GroupIdentity {
  readonly id: pulumi.Input<string>;
  readonly clientId: pulumi.Input<string>;
}

export interface ContainerScoringArgs {
  readonly placement: Placement;
  readonly environment: string;
  /** Pulls the image. */
  readonly pull: GroupIdentity;
  /** The service's identity for the vault, storage and Application Insights. */
  readonly scoring: GroupIdentity;
  /** Login server of the image's registry. */
  readonly registry: pulumi.Input<string>;
  /** The version to serve; undefined serves nothing. */
  readonly release: TrackRelease | undefined;
  /** Environment variables of the service. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whole number of CPUs. */
  readonly cpu: number;
  /** Whole number of GiB. */
  readonly memoryGiB: number;
  /**
   * A delegated subnet, which makes the service reachable only inside its network. The group then pulls as a trusted Azure
   * service, which the registry must allow.
   */
  readonly subnetId?: pulumi.Input<string>;
  /** When the newest role of the two identities was assigned, ISO 8601; the group is made once it is in effect. */
  readonly rolesAssignedAt?: string | undefined;
}

/** Fixed name of the container group, so that the evening stop knows it before the group exists. */
export const containerGroupName = "scoring";

const port = 8080;
/** Share of the memory for the heap; request and response bodies and the model's library need the rest. */
const heapShare = 0.6;
/** Port of the health probes, reachable only from inside the group. */
const healthPort = 8081;

/** An environment variable; a secret goes into `secureValue`, which Azure does not show. */
function environmentVariable(
  name: string,
  given: pulumi.Input<string>,
): pulumi.Output<{ name: string; value?: pulumi.Input<string>; secureValue?: pulumi.Input<string> }> {
  const value = pulumi.output(given);
  return pulumi
    .output(pulumi.isSecret(value))
    .apply((secret) => (secret ? { name, secureValue: value } : { name, value }));
}

/** The scoring service as a single container, for environments where a noticeable restart is acceptable. */
export class ContainerScoring extends pulumi.ComponentResource {
  /** Resource id of the container group; undefined while nothing serves. */
  readonly id: pulumi.Output<string> | undefined;
  /** Base URL of the service; undefined while nothing serves. */
  readonly url: pulumi.Output<string> | undefined;

  constructor(name: string, args: ContainerScoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:ContainerScoring", name, {}, opts);

    const { release } = args;
    if (release !== undefined) {
      const group = new containerinstance.ContainerGroup(
        name,
        {
          ...args.placement,
          containerGroupName,
          osType: "Linux",
          sku: "Standard",
          restartPolicy: "Always",
          // Identities cannot be added to an existing group.
          identity: { type: "UserAssigned", userAssignedIdentities: [args.pull.id, args.scoring.id] },
          imageRegistryCredentials: [{ server: args.registry, identity: args.pull.id }],
          ...network(args),
          containers: [container(args, release)],
          volumes: [{ name: "spool", emptyDir: {} }],
        },
        {
          parent: this,
          // The old group holds the name and the DNS label until it is deleted.
          deleteBeforeReplace: true,
          // Azure cannot resize an existing group.
          replaceOnChanges: ["containers[*].resources"],
          // A group whose image cannot be pulled is refused: InaccessibleImage.
          dependsOn: rolesInEffect(args),
        },
      );

      this.id = group.id;
      // The host name has a hash that only Azure knows; a group inside a network has only an IP address.
      this.url = group.ipAddress.apply(
        (address) => `https://${address?.fqdn ?? address?.ip ?? "address-unknown"}:${port}`,
      );
    }

    this.registerOutputs({ id: this.id, url: this.url });
  }
}

function rolesInEffect({ rolesAssignedAt }: ContainerScoringArgs): Promise<pulumi.Resource[]> {
  return waitUntilInEffect([rolesAssignedAt], "those that pull the image").then(() => []);
}

function network({ environment, subnetId }: ContainerScoringArgs) {
  const ports = [{ port, protocol: "TCP" }];
  if (subnetId !== undefined) return { subnetIds: [{ id: subnetId }], ipAddress: { type: "Private", ports } };
  const dnsNameLabel = requireName("dnsLabel", `mlops-${environment}`, "the environment's name");
  // The scope reserves the label for this resource group, so nobody else can take it over while the group does not exist.
  return {
    ipAddress: {
      type: "Public",
      dnsNameLabel,
      autoGeneratedDomainNameLabelScope: "ResourceGroupReuse",
      ports,
    },
  };
}

function container(
  { settings, scoring, cpu, memoryGiB }: ContainerScoringArgs,
  { image }: TrackRelease,
): containerinstance.ContainerGroupArgs["containers"] extends pulumi.Input<(infer T)[]> ? T : never {
  // AZURE_CLIENT_ID selects which of the group's identities the service uses.
  const variables = {
    ...settings,
    AZURE_CLIENT_ID: scoring.clientId,
    NODE_OPTIONS: `--max-old-space-size=${Math.floor(memoryGiB * 1024 * heapShare)}`,
  };
  const size = { cpu, memoryInGB: memoryGiB };
  return {
    name: "scoring",
    image,
    ports: [{ port, protocol: "TCP" }],
    resources: { requests: size, limits: size },
    environmentVariables: Object.entries(variables).map(([key, value]) => environmentVariable(key, value)),
    volumeMounts: [{ name: "spool", mountPath: "/spool" }],
    livenessProbe: {
      httpGet: { path: healthPaths.alive, port: healthPort, scheme: "http" },
      initialDelaySeconds: 20,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    readinessProbe: {
      httpGet: { path: healthPaths.ready, port: healthPort, scheme: "http" },
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    // No securityContext: Azure accepts it only for confidential containers. The image already runs as a non-root user.
  };
}
