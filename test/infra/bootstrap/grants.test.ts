import { resourceProviders } from "../../../infra/bootstrap/grants";

test.each([
  ["the metadata of a workspace with a key of its own", ["Microsoft.DocumentDB", "Microsoft.Search"]],
  ["Azure Policy, on the resource group and in a cluster", ["Microsoft.PolicyInsights"]],
])("a subscription gets the providers for %s", (_, wanted) => {
  expect(resourceProviders).toEqual(expect.arrayContaining(wanted));
});
