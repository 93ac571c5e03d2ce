import { describe, expect, it } from 'vitest';
import { pod } from '../../../src/apis/core/pod/pod';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(pod);

function spec(fields: string): string[] {
  return kind.create(`spec: {containers: [{name: c, image: a}], ${fields}}`).errors;
}

describe('spec of a pod', () => {
  it.each([
    ['restartPolicy: Maybe', 'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"'],
    ['dnsPolicy: Mine', 'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"'],
    ['dnsPolicy: None', 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ['activeDeadlineSeconds: 0', 'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ['hostname: A', 'spec.hostname: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \'-\', and must start and end with an alphanumeric character (e.g. \'my-name\',  or \'123-abc\', regex used for validation is \'[a-z0-9]([-a-z0-9]*[a-z0-9])?\')'],
    ['hostAliases: [{ip: x}]', 'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ['preemptionPolicy: Rarely', 'spec.preemptionPolicy: Unsupported value: "Rarely": supported values: "PreemptLowerPriority", "Never"'],
    ['shareProcessNamespace: true, hostPID: true', 'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled'],
    ['securityContext: {runAsUser: -1}', 'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
    ['tolerations: [{effect: NoSchedule}]', 'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"'],
    ['tolerations: [{key: a, operator: Exists, value: b}]', "spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'"],
    ['tolerations: [{key: a, effect: NoSchedule, tolerationSeconds: 1}]', "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"],
    ['topologySpreadConstraints: [{maxSkew: 0, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]', 'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
    ['schedulingGates: [{name: a}, {name: a}]', 'spec.schedulingGates[1]: Duplicate value: "a"'],
    ['nodeName: n, schedulingGates: [{name: a}]', 'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
    ['affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}}]}}', 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty'],
    ['affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}', 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term'],
    ['hostUsers: false, hostNetwork: true', 'spec.hostNetwork: Forbidden: when `hostUsers` is false'],
    ['os: {name: beos}', 'spec.os: Unsupported value: "beos": supported values: "linux", "windows"'],
  ])('is refused: %s', (fields, error) => {
    expect(spec(fields)).toContain(error);
  });

  it.each([
    'nodeSelector: {a: b}, tolerations: [{operator: Exists}], hostAliases: [{ip: 1.2.3.4, hostnames: [a.b]}]',
    'dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: ["."], options: [{name: ndots, value: "2"}]}',
    'securityContext: {sysctls: [{name: net.ipv4.ip_forward, value: "1"}], seccompProfile: {type: RuntimeDefault}}',
    'topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [c]}]',
    'os: {name: windows}, securityContext: {windowsOptions: {runAsUserName: me}}',
  ])('is taken: %s', (fields) => {
    expect(spec(fields)).toEqual([]);
  });

  it('has volumes of one kind each', () => {
    const volume = (source: string): string[] => spec(`volumes: [{name: v${source ? `, ${source}` : ''}}]`);
    // without a source a volume is an empty directory
    expect(volume('')).toEqual([]);
    expect(volume('emptyDir: {}, hostPath: {path: /a}')).toEqual(['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type']);
    expect(volume('hostPath: {path: /a/../b}')).toEqual(["spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'"]);
    expect(volume('secret: {}')).toEqual(['spec.volumes[0].secret.secretName: Required value']);
    expect(volume('configMap: {name: a, items: [{key: k, path: /x}]}')).toEqual(['spec.volumes[0].configMap.items[0].path: Invalid value: "/x": must be a relative path']);
    expect(volume('configMap: {name: a, defaultMode: 512}')).toEqual(['spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive']);
    expect(volume('persistentVolumeClaim: {}')).toEqual(['spec.volumes[0].persistentVolumeClaim.claimName: Required value']);
    expect(volume('downwardAPI: {items: [{path: a, fieldRef: {fieldPath: spec.nodeName}}]}')[0]).toMatch(/fieldPath: Unsupported value: "spec.nodeName"/);
    expect(volume('projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 5}}]}')[0]).toMatch(/expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes/);
    expect(volume('projected: {sources: [{secret: {name: a}, configMap: {name: b}}]}')).toContain('spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source');
    expect(spec('volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]')).toEqual(['spec.volumes[1].name: Duplicate value: "v"']);
    expect(spec('volumes: [{emptyDir: {}}]')).toEqual(['spec.volumes[0].name: Required value']);
  });

  it('tells of all that is wrong, in order', () => {
    expect(kind.create('spec: {volumes: [{name: v, secret: {}}], containers: [{name: c}], restartPolicy: X, dnsPolicy: Y}').errors.map((e) => e.split(': ')[0])).toEqual([
      'spec.volumes[0].secret.secretName',
      'spec.containers[0].image',
      'spec.restartPolicy',
      'spec.dnsPolicy',
    ]);
  });
});
