import { formatGoDuration } from '../../api/meta/go-duration';
import type { EventType } from '../../client/event-recorder';
import type { ImageFailure, ImageStore } from '../images/image-store';
import { imageSize } from '../images/image-store';
import { outcomeOf } from '../runtime/outcome';
import type { ContainerRecord } from './container';
import type { StarterPod } from './container-starter';

const PULL_FIRST = 10_000;
const PULL_MOST = 300_000;
/** A failed pull is shown as such for that long before it is shown as being held back. */
const PULL_SHOWN = 2000;

/** Gets the images of a pod's containers, with the back-off of the kubelet's image manager: 10 s, doubled up to 5 minutes. */
export class ImagePuller {
  constructor(
    private readonly images: ImageStore,
    private readonly p: StarterPod,
    private readonly teller: { event(r: ContainerRecord, type: EventType, reason: string, message: string): void },
  ) {}

  /** Whether the container's image is there; sees to it when it is not, and says what holds it up. */
  hasImage(r: ContainerRecord, now: number): boolean {
    const { image, imagePullPolicy } = r.spec;
    if (r.pull) {
      if (now < r.pull.until) return false;
      this.images.add(this.p.nodeName, image);
      this.pulled(r, r.pull.takes);
      r.pull = undefined;
      return true;
    }
    if (r.pullFailure && this.pullHeldBack(r, r.pullFailure, now)) return false;
    const told = outcomeOf(this.p.pod, r.spec.name);
    for (const problem of told.problems) this.teller.event(r, 'Warning', 'InvalidAnnotation', problem);
    const answer = this.images.ensure(this.p.nodeName, image, { policy: imagePullPolicy, listed: this.p.listedImages, takes: told.pullTakes, error: told.pullError });
    if (!answer.ok) {
      this.noImage(r, answer.reason, answer.message, now);
      return false;
    }
    r.pullFailure = undefined;
    r.imageID = answer.imageID;
    if (answer.pull === undefined) {
      this.teller.event(r, 'Normal', 'Pulled', `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`);
      return true;
    }
    this.teller.event(r, 'Normal', 'Pulling', `Pulling image ${JSON.stringify(image)}`);
    if (answer.pull === 0) {
      this.pulled(r, 0);
      return true;
    }
    r.pull = { until: now + answer.pull, takes: answer.pull };
    this.p.wakeAt(r.pull.until);
    return false;
  }

  private pulled(r: ContainerRecord, ms: number): void {
    const took = formatGoDuration(Math.round(ms));
    this.teller.event(r, 'Normal', 'Pulled', `Successfully pulled image ${JSON.stringify(r.spec.image)} in ${took} (${took} including waiting). Image size: ${imageSize(r.imageID)} bytes.`);
  }

  private noImage(r: ContainerRecord, reason: ImageFailure, message: string, now: number): void {
    const image = JSON.stringify(r.spec.image);
    if (reason === 'ErrImagePull') {
      this.teller.event(r, 'Normal', 'Pulling', `Pulling image ${image}`);
      this.teller.event(r, 'Warning', 'Failed', `Failed to pull image ${image}: ${message}`);
      r.pullFailure = { at: now, times: (r.pullFailure?.times ?? 0) + 1, message, told: false };
      this.p.wakeAt(now + PULL_SHOWN);
    } else if (r.state.waiting?.reason === reason) return;
    else this.teller.event(r, 'Warning', reason === 'InvalidImageName' ? 'InspectFailed' : reason, message);
    this.teller.event(r, 'Warning', 'Failed', `Error: ${reason}`);
    r.state = { waiting: { reason, message } };
  }

  /** Between failed pulls: 10, 20, 40 … at most 300 seconds. */
  private pullHeldBack(r: ContainerRecord, f: NonNullable<ContainerRecord['pullFailure']>, now: number): boolean {
    const until = f.at + Math.min(PULL_MOST, PULL_FIRST * 2 ** Math.min(f.times - 1, 10));
    if (now >= until) return false;
    if (now < f.at + PULL_SHOWN) this.p.wakeAt(f.at + PULL_SHOWN);
    else {
      if (!f.told) {
        f.told = true;
        const message = `Back-off pulling image ${JSON.stringify(r.spec.image)}`;
        this.teller.event(r, 'Normal', 'BackOff', message);
        this.teller.event(r, 'Warning', 'Failed', 'Error: ImagePullBackOff');
        r.state = { waiting: { reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${f.message}` } };
      }
      this.p.wakeAt(until);
    }
    return true;
  }
}
