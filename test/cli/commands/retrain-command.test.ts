import { requestOf, requireStackFlags } from "../../../cli/commands/retrain-command";

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

describe("a retraining by a stack", () => {
  const flags = { model: "diabetes", target: "azure" as const, json: false };

  test("takes flags that are about the stack", () => {
    expect(() => requireStackFlags({ ...flags, stack: "qa", wait: true })).not.toThrow();
  });

  test.each([
    [{ data: "rows.csv" }, /--data is a file of this machine/],
    [{ ifData: true }, /--if-data looks for data on this machine/],
    [{ acceptPopulation: "age" }, /pulumi config set --stack qa mlops:acceptPopulation age/],
    [{ acceptBreaking: "all" }, /pulumi config set --stack qa mlops:acceptBreaking all/],
  ])("refuses %j, which it would not follow", (more, message) => {
    expect(() => requireStackFlags({ ...flags, ...more })).toThrow(message);
  });
});
