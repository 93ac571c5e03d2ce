import { FakeClock } from '../../src/util/fake-clock';
import { SeededRandom } from '../../src/util/random';
import { describeClient } from './client-suite';
import { FakeClient } from './fake-client';

describeClient('the fake of the tests', async () => ({ client: new FakeClient(new FakeClock(), new SeededRandom(1)), close: () => {} }));
