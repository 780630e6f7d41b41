import { spawnSync } from "node:child_process";
import { shellWords } from "../../../cli/terminal/shell-words";

test("plain words stay as they are", () => {
  expect(shellWords(["rollback", "--model", "cost", "--of", "cost:2"])).toBe(
    "rollback --model cost --of cost:2",
  );
});

test.each(["two words", "it's", '$(touch x); `id` && "a" | b > c', "", "*", "~", "a\nb"])(
  "a shell reads %j as one word",
  (word) => {
    const { stdout } = spawnSync("sh", ["-c", `printf %s ${shellWords([word])}`], { encoding: "utf8" });
    expect(stdout).toBe(word);
  },
);
