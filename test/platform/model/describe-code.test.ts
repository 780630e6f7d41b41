import { describeCode } from "../../../platform/model/describe-code";
import type { Lineage } from "../../../platform/model/model-directory";

const many = Array.from({ length: 7 }, (_, index) => `models/a/${index}.ts`);

test.each<[Lineage["code"], [string, string][]]>([
  [{}, []],
  [{ commit: "abc", dirty: false }, [["commit", "abc"]]],
  [{ commit: "abc", dirty: true }, [["commit", "abc with changes not committed"]]],
  [
    { commit: "abc", dirty: true, untracked: ["models/a/model.ts"] },
    [
      [
        "commit",
        "abc with changes not committed, among them files that git does not know: models/a/model.ts",
      ],
    ],
  ],
  [
    { commit: "abc", dirty: true, untracked: many },
    [
      [
        "commit",
        `abc with changes not committed, among them files that git does not know: ${many.slice(0, 5).join(", ")} and 2 more`,
      ],
    ],
  ],
  [
    { commit: "abc", dirty: false, model: {} },
    [
      ["commit", "abc"],
      ["commit of the model", "not in git"],
    ],
  ],
  [{ model: { commit: "def", dirty: true } }, [["commit of the model", "def with changes not committed"]]],
])("%j is said as it is", (code, said) => {
  expect(describeCode(code)).toEqual(said);
});
