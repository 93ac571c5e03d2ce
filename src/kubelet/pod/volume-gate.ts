import type { KubeObject } from '../../api/meta/object';
import type { ConfigSource } from './config-source';
import type { PodEvents } from './pod-events';

/** Lets a pod's containers start once the ConfigMaps and Secrets of its volumes are there. */
export class VolumeGate {
  private told = '';

  constructor(
    private readonly config: ConfigSource,
    private readonly events: PodEvents,
  ) {}

  /** Whether everything is there; what is missing first is told once. */
  isOpen(pod: KubeObject): boolean {
    const missing = this.config.missingVolume(pod);
    if (missing && this.told !== missing.volume) {
      this.told = missing.volume;
      this.events.pod(pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume ${JSON.stringify(missing.volume)} : ${missing.why}`);
    }
    return !missing;
  }
}
