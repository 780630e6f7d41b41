import { hasOwnAddress, isExposed, recordIn } from "../../../infra/config/exposure";

type Config = Parameters<typeof hasOwnAddress>[0];
const cluster: Config = {
  scoring: "kubernetes",
  exposure: undefined,
  host: undefined,
  network: "public",
  dnsZone: undefined,
};
const host = "score.example.com";

describe("the internet reaches a gateway", () => {
  test.each<[boolean, Partial<Config>]>([
    [true, {}],
    [true, { host }],
    [false, { exposure: "internal" }],
    // A private network is closed until somebody opens it.
    [false, { network: "private" }],
    [true, { network: "private", host }],
    [true, { network: "private", exposure: "external" }],
    [false, { scoring: "containers" }],
    [false, { scoring: "containers", host }],
  ])("%j with %j", (expected, change) => {
    expect(isExposed({ ...cluster, ...change })).toBe(expected);
  });
});

describe("a gateway has an address of the stack's own", () => {
  const ofAks = { tls: { host } };
  const own = { tls: { host }, address: { name: "address1" } };
  const closed = { url: "http://gateway" };
  test.each<[boolean, Partial<Config>, unknown]>([
    [true, {}, undefined],
    [true, {}, closed],
    [true, { host }, undefined],
    [true, { host }, closed],
    [true, { host }, own],
    // Clients' names lead to the address that AKS made, which goes when another takes its place.
    [false, { host }, ofAks],
    [true, { host, exposure: "external" }, ofAks],
    [true, { host, dnsZone: "/zone" }, ofAks],
    [true, {}, ofAks],
    [false, { exposure: "internal" }, own],
    [false, { scoring: "containers" }, undefined],
    [true, { host }, "an output that nobody wrote"],
  ])("%j: %j after %j", (expected, change, last) => {
    expect(hasOwnAddress({ ...cluster, ...change }, last)).toBe(expected);
  });
});

test.each([
  ["score.example.com", "example.com", "score"],
  ["score.prod.example.com", "example.com", "score.prod"],
  ["example.com", "example.com", "@"],
  ["score.example.com", "Example.COM", "score"],
  ["score.example.com", "example.org", undefined],
  ["scoreexample.com", "example.com", undefined],
])("%s in the zone %s is %s", (name, zone, record) => {
  expect(
    recordIn(`/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnsZones/${zone}`, name),
  ).toBe(record);
});
