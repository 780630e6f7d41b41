import { parseChallenge } from "../../../platform/oci/registry-access";

test.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
    { scheme: "bearer", realm: "https://auth.docker.io/token", service: "registry.docker.io" },
  ],
  [
    'bearer realm="https://r.azurecr.io/oauth2/token", service="r.azurecr.io", error="invalid_token"',
    { scheme: "bearer", realm: "https://r.azurecr.io/oauth2/token", service: "r.azurecr.io" },
  ],
  ['Bearer realm="https://r.example/token"', { scheme: "bearer", realm: "https://r.example/token" }],
  ['Basic realm="Registry"', { scheme: "basic" }],
  ["Negotiate", undefined],
  ["Bearer", undefined],
  ['Bearer realm="no address"', undefined],
  ["", undefined],
])("the challenge %j is read", (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
