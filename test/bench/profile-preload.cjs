// Loaded before a process (`node --require`): SIGUSR2 starts V8's CPU profiler, the next one ends it and writes PROFILE_DIR/N.cpuprofile,
// N from 1. Either is told on stderr, so that somebody outside profiles just the time he means.
const fs = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const MICROSECONDS = 250;

function listen() {
  const session = new Session();
  session.connect();
  // Answers of a session come before `post` returns.
  const post = (method, parameters) => {
    let answer;
    session.post(method, parameters, (error, result) => {
      if (error) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  };
  let running = false;
  let n = 0;
  process.on('SIGUSR2', () => {
    if (!running) {
      post('Profiler.enable');
      post('Profiler.setSamplingInterval', { interval: MICROSECONDS });
      post('Profiler.start');
      process.stderr.write(`profiler: ${++n} begun\n`);
    } else {
      const { profile } = post('Profiler.stop');
      post('Profiler.disable');
      const file = path.join(process.env.PROFILE_DIR, `${n}.cpuprofile`);
      fs.writeFileSync(file, JSON.stringify(profile), { mode: 0o600 });
      process.stderr.write(`profiler: ${n} written\n`);
    }
    running = !running;
  });
}

// Worker threads load it too, and signals are the main thread's.
if (isMainThread) listen();
