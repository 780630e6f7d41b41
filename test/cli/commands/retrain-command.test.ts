import { requestOf } from "../../../cli/commands/retrain-command";

describe("what a training in Azure is asked for by", () => {
  const pipeline = { SYSTEM_COLLECTIONURI: "https://dev.azure.com/contoso/", BUILD_BUILDID: "42" };

  test("is the build in a pipeline, so that a job that is run again starts no second one", () => {
    expect(requestOf(undefined, pipeline)).toBe(
      requestOf(undefined, { ...pipeline, SYSTEM_JOBATTEMPT: "2" }),
    );
    expect(requestOf(undefined, { ...pipeline, BUILD_BUILDID: "43" })).not.toBe(
      requestOf(undefined, pipeline),
    );
  });

  test("is what --request says, and anything new outside of a pipeline", () => {
    expect(requestOf("build-7", pipeline)).toBe("build-7");
    expect(requestOf(undefined, {})).not.toBe(requestOf(undefined, {}));
  });
});
