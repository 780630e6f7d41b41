import { missingRoleCode } from "../../../platform/azure/missing-roles";

test.each([
  [
    'Code="CustomKubeletIdentityMissingPermissionError" Message="The cluster user assigned identity must be given permission"',
    "CustomKubeletIdentityMissingPermissionError",
  ],
  [
    'Status=403 Code="AuthorizationFailed" Message="The client \'x\' does not have authorization',
    "AuthorizationFailed",
  ],
  ['"code": "LinkedAuthorizationFailed"', "LinkedAuthorizationFailed"],
  ['{"code":"InaccessibleImage","message":"The image is not accessible."}', "InaccessibleImage"],
  ['[{"code":"KeyVaultAuthenticationFailure","message":"..."}]', "KeyVaultAuthenticationFailure"],
  ['InnerError={"code":"ForbiddenByRbac"}', "ForbiddenByRbac"],
  ['{"code":"QuotaExceeded"}', undefined],
  ["MyAuthorizationFailedPage", undefined],
  ["", undefined],
])("in %s it is %s", (text, code) => {
  expect(missingRoleCode(text)).toBe(code);
});
