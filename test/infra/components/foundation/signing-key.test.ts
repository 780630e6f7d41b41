import { accessTable } from "../../../../infra/components/foundation/access-table";

test("the key signs for training, operators and who releases, and the service that clients reach cannot use it", () => {
  const users = accessTable.filter(({ on }) => on === "signingKey").map(({ who, role }) => [who, role]);
  expect(users).toEqual([
    ["training", "Key Vault Crypto User"],
    ["operators", "Key Vault Crypto User"],
    ["releasers", "Key Vault Crypto User"],
  ]);
  const ofScoring = accessTable.filter(({ who, on }) => who === "scoring" && on === "vault");
  expect(ofScoring.map(({ role }) => role)).toEqual(["Key Vault Secrets User"]);
});
