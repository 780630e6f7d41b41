import { useCloud, type Cloud } from "../cloud";

const cloud = useCloud();
const said = (changes?: Parameters<Cloud["said"]>[0]): Promise<string> => cloud().said(changes);

const reviewersOf = () =>
  cloud()
    .devops.all("policy/configurations")
    .filter(({ type }) => (type as { id: string }).id === "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd");

test("somebody else has to agree to a pull request, and again after a push; what somebody loosens is corrected", async () => {
  await said();
  const [policy, ...others] = reviewersOf();
  expect(others).toEqual([]);
  expect(policy).toMatchObject({
    isEnabled: true,
    isBlocking: true,
    settings: {
      minimumApproverCount: 1,
      creatorVoteCounts: false,
      blockLastPusherVote: true,
      resetOnSourcePush: true,
      scope: [{ refName: "refs/heads/main", repositoryId: "repo-1", matchKind: "Exact" }],
    },
  });
  Object.assign(policy?.settings as object, { creatorVoteCounts: true });
  expect(await said()).toContain("settings.creatorVoteCounts is true, expected false");
  expect(reviewersOf()).toMatchObject([{ settings: { creatorVoteCounts: false } }]);
});

test("a team asks for more reviewers, or, of one person, for none", async () => {
  const target = cloud().inputs().target;
  await said({ target: { ...target, reviewers: 0 } });
  expect(reviewersOf()).toEqual([]);
  await said({ target: { ...target, reviewers: 2 } });
  expect(reviewersOf()).toMatchObject([{ settings: { minimumApproverCount: 2 } }]);
});
