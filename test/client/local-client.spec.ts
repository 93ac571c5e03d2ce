import { describeClient } from './client-suite';
import { startPlane } from './plane';

describeClient('LocalClient', async () => {
  const plane = await startPlane();
  return { client: plane.contexts.client('admin', 'suite', ['system:masters']), close: () => plane.stop() };
});
