import { cancelledLines } from "../../../cli/retraining/azure-pipelines-log";

describe("the run of a pipeline that registered nothing", () => {
  test("is marked with the reason, as Azure Pipelines reads it", () => {
    expect(
      cancelledLines("Not better:\n95 % interval", { TF_BUILD: "True", BUILD_BUILDNUMBER: "7" }),
    ).toEqual([
      "##vso[task.logissue type=warning]Cancelled. Not better:%0A95 %AZP25 interval",
      "##vso[build.addbuildtag]cancelled",
      "##vso[build.updatebuildnumber]7-cancelled",
    ]);
  });

  test("is marked once", () => {
    const again = cancelledLines("Not better", { TF_BUILD: "True", BUILD_BUILDNUMBER: "7-cancelled" });
    expect(again.join()).not.toContain("updatebuildnumber");
  });

  test("is not marked on a laptop", () => {
    expect(cancelledLines("Not better", { BUILD_BUILDNUMBER: "7" })).toEqual([]);
  });
});
