/** What an environment serves, as the program and who changes it (local/azure/) both know it. */
export {
  imageReference,
  releaseStateSchema,
  type ReleaseState,
  type TrackRelease,
} from "../../platform/release/release-state";
