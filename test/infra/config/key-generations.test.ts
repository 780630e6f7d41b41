import { keyGenerations } from "../../../infra/config/key-generations";

const keyRotation = { primary: "3", secondary: "2" };

test("clients have two keys, each of its own generation, and our own tests a third", () => {
  expect(keyGenerations({ keyRotation, scoringAudience: undefined })).toEqual({
    "scoring-primary-key": "3",
    "scoring-secondary-key": "2",
    "scoring-test-key": "1",
  });
});

test("clients with Entra tokens have none", () => {
  expect(keyGenerations({ keyRotation, scoringAudience: "api://scoring" })).toEqual({
    "scoring-test-key": "1",
  });
});
