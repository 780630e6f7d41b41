import { OnnxModel } from "../platform/onnx-model";
import { serve } from "./serve";

void serve((modelDirectory) => OnnxModel.load(modelDirectory));
