import * as pulumi from "@pulumi/pulumi";
import * as monitor from "@pulumi/azure-native/monitor";
import * as resources from "@pulumi/azure-native/resources";
import { healthPaths } from "../../../platform/http/health-paths";
import type { Placement } from "../../config/placement";

export interface AvailabilityTestArgs {
  readonly placement: Placement;
  readonly insightsId: pulumi.Input<string>;
  /** Public URL of the scoring service. */
  readonly scoringUrl: pulumi.Input<string>;
  readonly actionGroupId: pulumi.Input<string>;
}

/** Locations of the health checks; three of five must fail, so that a single one without network raises no alert. */
const testLocations = [
  "emea-nl-ams-azr",
  "emea-gb-db3-azr",
  "emea-fr-pra-edge",
  "us-va-ash-azr",
  "apac-sg-sin-azr",
];

/** Minimum remaining validity of the certificate, in days. */
const certificateDays = 14;

/** Checks the scoring service's health from outside every five minutes, and raises an alert if it is unreachable. */
export class AvailabilityTest extends pulumi.ComponentResource {
  constructor(name: string, args: AvailabilityTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:AvailabilityTest", name, {}, opts);
    const { resourceGroupName, location, tags } = args.placement;
    const url = pulumi.output(args.scoringUrl).apply((address) => address.replace(/\/$/, ""));
    const secure = url.apply((address) => address.startsWith("https://"));
    // Untyped, because the SDK's class renames Name, Kind and Locations[].Id, and Azure needs these names.
    const test = new resources.Resource(
      name,
      {
        resourceGroupName,
        location,
        // Azure uses this tag to link the test to its Application Insights component.
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
            RequestUrl: pulumi.interpolate`${url}${healthPaths.alive}`,
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
        description: "The scoring service cannot be reached from three of five locations",
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
