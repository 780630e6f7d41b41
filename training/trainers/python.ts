import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { fileExists } from "../../platform/base/files";
import type { TrainerSettings } from "../../platform/definition/trainers";
import { describeProgram } from "../program/describe-program";
import { openEnvironment, type PythonEnvironment } from "../program/python/environment";
import { fitByProgram } from "./fit-by-program";
import type { ProgramInput, Trainer } from "./trainer";

async function environmentOf(
  { commandDirectory: directory, environments, onOutput, signal, programLog: log }: ProgramInput,
  { program, requirements, pythonVersion }: TrainerSettings<"python">,
): Promise<PythonEnvironment> {
  if (environments === undefined) throw new Error("No folder for Python environments was given.");
  // Before the packages: they take minutes.
  if (!(await fileExists(path.resolve(directory, program)))) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `The trainer's program ${path.resolve(directory, program)} does not exist. A Python file of the model's folder is expected. Write it, or correct the trainer's program.`,
    );
  }
  return openEnvironment({ directory, requirements, pythonVersion, environments, onOutput, signal, log });
}

/** A Python program of the model's folder, in an environment with the packages that it asks for. */
export const python: Trainer<"python"> = {
  async fit(input, settings) {
    const { interpreter, variables } = await environmentOf(input, settings);
    const { program, timeoutMinutes, validationFraction } = settings;
    return fitByProgram(input, {
      run: [interpreter, program, "{data}", "{output}"],
      name: program,
      withoutModel: "Call `mlops_model.save(model, table)` at its end.",
      timeoutMinutes,
      validationFraction,
      variables,
    });
  },
  async describeProgram(input, settings) {
    const { commandDirectory: directory, definition } = input;
    const { program, requirements } = settings;
    const described = await describeProgram([program, requirements], { directory, definition });
    const { python: version, packages, digest } = await environmentOf(input, settings);
    return { ...described, environment: { python: version, packages: [...packages], digest } };
  },
};
