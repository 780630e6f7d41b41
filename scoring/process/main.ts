import { loadScoringModel } from "../model/load-model";
import { serve } from "./run-process";

void serve(loadScoringModel);
