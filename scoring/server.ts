import { loadScoringModel } from "./load-model";
import { serve } from "./serve";

void serve(loadScoringModel);
