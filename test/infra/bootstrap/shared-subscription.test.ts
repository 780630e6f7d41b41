import { sharedSubscriptionNote } from "../../../infra/bootstrap/shared-subscription";

const environments = (qa: string, prod: string) => [
  { name: "qa", subscriptionId: qa },
  { name: "prod", subscriptionId: prod },
];

test.each([
  ["both", environments("a", "a"), "in the subscription of qa, prod,"],
  ["one", environments("a", "b"), "in the subscription of qa,"],
])("a state that shares its subscription with %s says so, and how to part them", (_, all, expected) => {
  const note = sharedSubscriptionNote({ subscriptionId: "a", environments: all });
  expect(note).toContain(expected);
  expect(note).toContain(
    "--subscription <the state's subscription> --environment qa=<its subscription> --environment prod=<its subscription>",
  );
});

test("a state in a subscription of its own says nothing", () => {
  expect(
    sharedSubscriptionNote({ subscriptionId: "s", environments: environments("a", "b") }),
  ).toBeUndefined();
});
