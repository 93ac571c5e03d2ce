import { run } from './cli/program';

void run(process.argv.slice(2), process.env);
