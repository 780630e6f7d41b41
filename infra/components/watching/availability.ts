import * as pulumi from "@pulumi/pulumi";
import * as monitor from "@pulumi/azure-native/monitor";
import * as resources from "@pulumi/azure-native/resources";
import type { Placement } from "../../config/placement";

export interface AvailabilityTestArgs {
  readonly placement: Placement;
  readonly insightsId: pulumi.Input<string>;
  /** Address of the scoring service, which the internet reaches. */
  readonly scoringUrl: pulumi.Input<string>;
  readonly actionGroupId: pulumi.Input<string>;
}

/** Places that ask for the service's health; three of five have to fail, so one that is cut off raises no alert. */
const testLocations = [
  "emea-nl-ams-azr",
  "emea-gb-db3-azr",
  "emea-fr-pra-edge",
  "us-va-ash-azr",
  "apac-sg-sin-azr",
];

/** Days that the certificate has to be valid for. */
const certificateDays = 14;

/** Asks for the scoring service's health from outside every five minutes, and an alert when nobody gets it. */
export class AvailabilityTest extends pulumi.ComponentResource {
  constructor(name: string, args: AvailabilityTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:AvailabilityTest", name, {}, opts);
    const { resourceGroupName, location, tags } = args.placement;
    const url = pulumi.output(args.scoringUrl).apply((address) => address.replace(/\/$/, ""));
    const secure = url.apply((address) => address.startsWith("https://"));
    // Untyped, as its members have Azure's own names only so: the SDK's class renames Name, Kind and Locations[].Id.
    const test = new resources.Resource(
      name,
      {
        resourceGroupName,
        location,
        // Azure finds the component that a test belongs to by this tag.
        tags: pulumi.output(args.insightsId).apply((id) => ({ ...tags, [`hidden-link:${id}`]: "Resource" })),
        apiVersion: "2022-06-15",
        resourceProviderNamespace: "Microsoft.Insights",
        parentResourcePath: "",
        resourceType: "webtests",
        kind: "standard",
        properties: {
          Name: name,
          SyntheticMonitorId: name,
          Kind: "standard",
          Enabled: true,
          Frequency: 300,
          Timeout: 30,
          RetryEnabled: true,
          Locations: testLocations.map((Id) => ({ Id })),
          Request: {
            RequestUrl: pulumi.interpolate`${url}/healthz`,
            HttpVerb: "GET",
            FollowRedirects: false,
          },
          ValidationRules: secure.apply((value) => ({
            ExpectedHttpStatusCode: 200,
            IgnoreHttpStatusCode: false,
            SSLCheck: value,
            ...(value && { SSLCertRemainingLifetimeCheck: certificateDays }),
          })),
        },
      },
      { parent: this },
    );
    new monitor.MetricAlert(
      `${name}-alert`,
      {
        resourceGroupName,
        tags,
        location: "global",
        description: "The scoring service cannot be reached from three of five places",
        severity: 1,
        enabled: true,
        autoMitigate: true,
        scopes: [test.id, args.insightsId],
        evaluationFrequency: "PT1M",
        windowSize: "PT15M",
        criteria: {
          odataType: "Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria",
          webTestId: test.id,
          componentId: args.insightsId,
          failedLocationCount: 3,
        },
        actions: [{ actionGroupId: args.actionGroupId }],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
