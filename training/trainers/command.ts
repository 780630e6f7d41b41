import { describeProgram } from "../program/describe-program";
import { fitByProgram } from "./fit-by-program";
import type { Trainer } from "./trainer";

/** A program in any language. */
export const command: Trainer<"command"> = {
  fit(input, { run, ...settings }) {
    const withoutModel = "Pass it the folder as {output} in the definition's trainer.";
    return fitByProgram(input, { ...settings, run, name: run[0] ?? "", withoutModel });
  },
  describeProgram({ definition, commandDirectory: directory }, { run }) {
    return describeProgram(run, { directory, definition });
  },
};
