/** Release state of an environment, shared by this program and by deploy/azure/, which changes it. */
export {
  imageReference,
  releaseStateSchema,
  type ReleaseState,
  type TrackRelease,
} from "../../platform/release/release-state";
