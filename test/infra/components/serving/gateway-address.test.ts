import { subscriptionId } from "../../mocks";
import { ofType } from "../../mocks";
import { runEnvironment, runServing, type ProgramRun } from "../../programs";

const own = { "mlops:host": "score.example.com", "mlops:certificate": "scoring" };
const zone = `/subscriptions/${subscriptionId}/resourceGroups/names/providers/Microsoft.Network/dnsZones/example.com`;
const environments = new Map<string, Promise<ProgramRun>>();

/** The stack prod with these settings, after an update that left this of what serves; run once for all tests. */
function environment(values: Record<string, string>, last: object = {}): Promise<ProgramRun> {
  const key = JSON.stringify([values, last]);
  const run = environments.get(key) ?? runEnvironment("prod", values, { serving: last });
  environments.set(key, run);
  return run;
}

const modeOf = ({ resources }: ProgramRun): unknown =>
  ofType(resources, "containerservice:ManagedCluster")[0]?.inputs.serviceMeshProfile.istio.components
    .ingressGateways[0].mode;
const addressesOf = ({ resources }: ProgramRun) => ofType(resources, "network:PublicIPAddress");
const gatewayRoles = ({ resources }: ProgramRun): string[] =>
  ofType(resources, "RoleAssignment")
    .map(({ name }) => name)
    .filter((name) => /-public-address(es)?$/.test(name))
    .sort();

describe("without a name of one's own, a gateway", () => {
  test("is open under a name of Azure's, with a certificate that callers are told of", async () => {
    const run = await environment({});
    const host = run.outputs.address.host as string;
    expect(host).toMatch(/^mlops-prod-[0-9a-f]{8}\.westeurope\.cloudapp\.azure\.com$/);
    expect(modeOf(run)).toBe("External");
    expect(run.outputs.serving).toMatchObject({
      url: `https://${host}`,
      tls: { host, certificate: "scoring-certificate" },
      address: { name: "address" },
    });
    expect(run.outputs.scoringKeys.certificate).toEqual({ names: [host] });
    expect(gatewayRoles(run)).toEqual([
      "access-cluster-network-contributor-public-address",
      "access-cluster-reader-public-addresses",
    ]);
  });

  test("is not tested from the internet, where nobody vouches for its certificate", async () => {
    const tests = (run: ProgramRun) =>
      run.resources.filter(({ inputs }) => inputs.resourceType === "webtests").length;
    expect(tests(await environment({}))).toBe(0);
    expect(tests(await environment(own))).toBe(1);
  });

  test("is what the stack of what serves says and does", async () => {
    const { outputs } = await environment({});
    const served = await runServing("prod", { environment: outputs });
    const { host } = outputs.address as { host: string };
    expect(served.outputs.scoringUrl).toBe(`https://${host}`);
    expect(ofType(served.resources, "core/v1:ServicePatch")).toHaveLength(1);
    expect(ofType(served.resources, "networking.istio.io/v1:Gateway")[0]?.inputs.spec).toMatchObject({
      selector: { istio: "aks-istio-ingressgateway-external" },
      servers: [{ port: { number: 443 }, hosts: [host] }, { tls: { httpsRedirect: true } }],
    });
  });
});

describe("a gateway is closed, without an address or a role for one,", () => {
  test.each<[string, Record<string, string>]>([
    ["by a setting", { "mlops:exposure": "internal" }],
    ["in a private network", { "mlops:network": "private" }],
  ])("%s", async (_, values) => {
    const run = await environment(values);
    expect(modeOf(run)).toBe("Internal");
    expect(addressesOf(run).filter(({ name }) => name === "address")).toEqual([]);
    expect(gatewayRoles(run)).toEqual([]);
    expect(run.outputs).not.toHaveProperty("address");
    expect(run.outputs.scoringKeys).not.toHaveProperty("certificate");
    expect(run.outputs.serving.url).toMatch(/^http:\/\/aks-istio-ingressgateway-internal\./);
    const { resources } = await runServing("prod", { environment: run.outputs });
    expect(ofType(resources, "core/v1:ServicePatch")).toEqual([]);
  });
});

test("a private network is open to the internet where a setting says so, at the gateway alone", async () => {
  const run = await environment({ "mlops:network": "private", "mlops:exposure": "external" });
  expect(modeOf(run)).toBe("External");
  const opened = ofType(run.resources, "NetworkSecurityGroup").filter(({ inputs }) =>
    JSON.stringify(inputs).includes('"sourceAddressPrefix":"Internet"'),
  );
  expect(opened.map(({ name }) => name)).toEqual(["mlops-network-cluster"]);
});

describe("with a name of one's own, a gateway", () => {
  test("has the address, and the certificate that its owner put into the vault", async () => {
    const run = await environment(own);
    expect(run.outputs.serving).toMatchObject({
      url: "https://score.example.com",
      tls: { host: "score.example.com", certificate: "scoring" },
      address: { name: "address" },
    });
    expect(run.outputs.scoringKeys).not.toHaveProperty("certificate");
    expect(ofType(run.resources, "dns:RecordSet")).toEqual([]);
  });

  test("keeps the address that AKS made for it, where an update of an earlier version left it", async () => {
    const run = await environment(own, { tls: { host: "score.example.com" } });
    expect(addressesOf(run)).toEqual([]);
    expect(run.outputs).not.toHaveProperty("address");
    expect(run.outputs.serving).not.toHaveProperty("address");
    expect(run.outputs.serving.url).toBe("https://score.example.com");
  });

  test("has its record in a zone of Azure's", async () => {
    const run = await environment({ ...own, "mlops:dnsZone": zone });
    expect(ofType(run.resources, "dns:RecordSet")[0]?.inputs).toMatchObject({
      zoneName: "example.com",
      relativeRecordSetName: "score",
    });
  });
});
