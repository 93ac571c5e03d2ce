import { optimizeLate } from './cli/optimizing';

optimizeLate();
// Loading the rest is most of the work until the cluster is ready.
void import('./cli/program.js').then(({ run }) => run(process.argv.slice(2), process.env));
