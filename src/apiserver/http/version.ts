/** What /version answers: the Kubernetes version whose behaviour is served, and truthfully who serves it. */
export function versionInfo(gitCommit = ''): object {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: 'v1.36.2+kubernest',
    gitCommit,
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    // Clients print these two and nothing else; they name the runtime there is.
    goVersion: `node${process.version}`,
    compiler: 'v8',
    platform: `${os}/${arch}`,
  };
}
