import { parseImageReference, registryUrl } from "../../../platform/oci/image-reference";

const digest = `sha256:${"0".repeat(64)}`;

test.each([
  [`reg.azurecr.io/mlops-scoring@${digest}`, "reg.azurecr.io", "mlops-scoring"],
  [`127.0.0.1:5055/a/b-c_d:1-abc@${digest}`, "127.0.0.1:5055", "a/b-c_d"],
])("%s is an image of a registry", (text, host, repository) => {
  expect(parseImageReference(text)).toEqual({ host, repository, digest });
});

test.each([
  `scoring@${digest}`,
  "reg.azurecr.io/scoring:latest",
  `https://reg/x@${digest}`,
  `reg/x@${digest}0`,
  "",
])("%j is none", (text) => {
  expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
});

test.each([
  ["127.0.0.1:5055", "http://127.0.0.1:5055"],
  ["localhost:5000", "http://localhost:5000"],
  ["reg.azurecr.io", "https://reg.azurecr.io"],
  ["docker.io", "https://registry-1.docker.io"],
])("the API of %s is at %s", (host, url) => {
  expect(registryUrl(host)).toBe(url);
});
