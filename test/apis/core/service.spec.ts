import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import { cloneJson } from '../../../src/api/meta/clone';
import type { KubeObject } from '../../../src/api/meta/object';
import { ServiceAllocator, type ServiceRanges } from '../../../src/apis/core/service/allocation';
import { serviceResource } from '../../../src/apis/core/service/service';
import type { ResourceDefinition } from '../../../src/apiserver/registry/strategy';
import { KindUnderTest } from '../kind-under-test';

/** Services of one cluster: writes as the registry does them, with allocation. */
class Services {
  private readonly definition: ResourceDefinition;
  readonly kind: KindUnderTest;
  dryRun = false;

  constructor(ranges: ServiceRanges = { serviceCidr: '10.0.0.0/28', nodePorts: [30000, 30003] }) {
    this.definition = serviceResource(new ServiceAllocator(ranges));
    this.kind = new KindUnderTest(this.definition);
  }

  create(spec: string, name = 'x'): KubeObject {
    return this.write(this.kind.decode(`{metadata: {name: ${name}}, spec: {${spec}}}`), undefined);
  }

  update(old: KubeObject, change: (o: KubeObject) => void): KubeObject {
    const o = cloneJson(old);
    change(o);
    this.definition.strategy.default!(o);
    return this.write(o, old);
  }

  delete(o: KubeObject): void {
    delete this.kind.stored[`services/${o.metadata.name}`];
    this.definition.afterDelete!(this.kind.context('delete').ctx, o);
  }

  errors(write: () => KubeObject): string[] {
    try {
      write();
      return [];
    } catch (e) {
      if (!(e instanceof StatusError)) throw e;
      return (e.status.details?.causes ?? [{ message: e.message }]).map((c) => (c.field === undefined ? c.message! : `${c.field}: ${c.message}`));
    }
  }

  private write(o: KubeObject, old: KubeObject | undefined): KubeObject {
    const { strategy } = this.definition;
    const ctx = { ...this.kind.context(old ? 'update' : 'create').ctx, dryRun: this.dryRun };
    if (old) strategy.prepareForUpdate!(ctx, o, old);
    else strategy.prepareForCreate!(ctx, o);
    const transaction = this.definition.begin!(ctx, o, old);
    const found = strategy.validate!(ctx, o, old);
    if (found.length) {
      transaction?.revert();
      throw new StatusError(422, 'Invalid', '', { causes: found.map((e) => ({ field: e.field, message: e.message })) });
    }
    strategy.canonicalize?.(o);
    transaction?.commit();
    if (!this.dryRun) this.kind.stored[`services/${o.metadata.name}`] = o;
    return o;
  }
}

let services: Services;

beforeEach(() => {
  services = new Services();
});

describe('addresses of services', () => {
  it('come from the range and are given once', () => {
    const ips = Array.from({ length: 14 }, (_, i) => services.create('ports: [{port: 80}]', `s${i}`).spec.clusterIP as string);
    expect(new Set(ips).size).toBe(14);
    for (const ip of ips) expect(ip).toMatch(/^10\.0\.0\.([1-9]|1[0-4])$/);
    expect(services.errors(() => services.create('ports: [{port: 80}]', 'more'))).toEqual(['failed to allocate a serviceIP for Service "more": range is full']);
  });

  it('come with their family', () => {
    expect(services.create('ports: [{port: 80}], clusterIP: 10.0.0.5').spec).toMatchObject({
      type: 'ClusterIP',
      clusterIP: '10.0.0.5',
      clusterIPs: ['10.0.0.5'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    });
  });

  it('can be asked for, once and within the range', () => {
    services.create('ports: [{port: 80}], clusterIP: 10.0.0.5', 'a');
    expect(services.errors(() => services.create('ports: [{port: 80}], clusterIP: 10.0.0.5', 'b'))).toEqual(['spec.clusterIPs: Invalid value: ["10.0.0.5"]: failed to allocate IP 10.0.0.5: provided IP is already allocated']);
    expect(services.errors(() => services.create('ports: [{port: 80}], clusterIP: 10.9.9.9', 'b'))).toEqual([
      'spec.clusterIPs: Invalid value: ["10.9.9.9"]: failed to allocate IP 10.9.9.9: the provided network does not match the current range',
    ]);
    services.dryRun = true;
    expect(services.errors(() => services.create('ports: [{port: 80}], clusterIP: 10.9.9.9', 'b'))).toEqual([
      'spec.clusterIPs: Invalid value: ["10.9.9.9"]: failed to allocate IP 10.9.9.9: the provided IP (10.9.9.9) is not in the valid range. The range of valid IPs is 10.0.0.0/28',
    ]);
  });

  it('are free again when a write fails or the service goes', () => {
    expect(services.errors(() => services.create('ports: [{port: 0, targetPort: 1}], clusterIP: 10.0.0.5'))).toHaveLength(1);
    const o = services.create('ports: [{port: 80}], clusterIP: 10.0.0.5');
    services.delete(o);
    services.create('ports: [{port: 80}], clusterIP: 10.0.0.5');
  });

  it('are not taken by dry runs', () => {
    services.dryRun = true;
    services.create('ports: [{port: 80}], clusterIP: 10.0.0.5');
    services.dryRun = false;
    services.create('ports: [{port: 80}], clusterIP: 10.0.0.5');
  });

  it('of services that are stored already are taken', () => {
    const o = services.create('type: NodePort, ports: [{port: 80, nodePort: 30001}], clusterIP: 10.0.0.5');
    const restarted = new Services();
    restarted.kind.stored['services/x'] = o;
    expect(restarted.errors(() => restarted.create('ports: [{port: 80}], clusterIP: 10.0.0.5', 'y'))[0]).toMatch(/already allocated$/);
    expect(restarted.errors(() => restarted.create('type: NodePort, ports: [{port: 80, nodePort: 30001}]', 'y'))).toEqual(['spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated']);
  });

  it('stay', () => {
    const o = services.create('ports: [{port: 80}]');
    expect(services.update(o, (n) => {
      delete n.spec.clusterIP;
      delete n.spec.clusterIPs;
    }).spec.clusterIP).toBe(o.spec.clusterIP);
    expect(services.errors(() => services.update(o, (n) => {
      n.spec.clusterIP = '10.0.0.14';
      n.spec.clusterIPs = ['10.0.0.14'];
    }))).toContain('spec.clusterIPs[0]: Invalid value: ["10.0.0.14"]: may not change once set');
  });

  it('are none for headless and external services', () => {
    expect(services.create('clusterIP: None').spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
    const external = services.create('type: ExternalName, externalName: a.b', 'e');
    expect(external.spec).not.toHaveProperty('clusterIP');
    expect(external.spec).not.toHaveProperty('internalTrafficPolicy');
    expect(services.errors(() => services.create('type: ExternalName', 'f'))).toEqual(['spec.externalName: Required value']);
  });

  it('are given and taken back as the type changes', () => {
    const o = services.create('ports: [{port: 80}], clusterIP: 10.0.0.5');
    const external = services.update(o, (n) => {
      n.spec.type = 'ExternalName';
      n.spec.externalName = 'a.b';
    });
    expect(external.spec).not.toHaveProperty('clusterIPs');
    services.create('ports: [{port: 80}], clusterIP: 10.0.0.5', 'y');
    expect(services.update(external, (n) => void (n.spec.type = 'ClusterIP')).spec.clusterIP).toMatch(/^10\.0\.0\./);
  });

  it('are of two families where the cluster has two', () => {
    const dual = new Services({ serviceCidr: '10.0.0.0/24,fd00::/112' });
    expect(dual.create('ports: [{port: 80}]').spec.ipFamilies).toEqual(['IPv4']);
    const both = dual.create('ports: [{port: 80}], ipFamilyPolicy: PreferDualStack', 'y').spec;
    expect(both.ipFamilies).toEqual(['IPv4', 'IPv6']);
    expect(both.clusterIPs).toEqual([expect.stringMatching(/^10\.0\.0\./), expect.stringMatching(/^fd00::/)]);
    expect(dual.create('ports: [{port: 80}], ipFamilies: [IPv6]', 'z').spec.clusterIP).toMatch(/^fd00::/);
    expect(services.errors(() => services.create('ports: [{port: 80}], ipFamilyPolicy: RequireDualStack'))[0]).toMatch(/^spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services/);
  });

  it('lie in ranges that can be read', () => {
    expect(() => new ServiceAllocator({ serviceCidr: 'ten' })).toThrow('The service address range "ten" is not valid');
  });
});

describe('node ports', () => {
  it('come from the range, one for a port and protocol', () => {
    const o = services.create('type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 30002}]');
    const [a, b] = o.spec.ports.map((p: { nodePort: number }) => p.nodePort) as [number, number];
    expect(b).toBe(30002);
    expect([30000, 30001, 30003]).toContain(a);
    expect(o.spec.externalTrafficPolicy).toBe('Cluster');
    expect(services.errors(() => services.create('type: NodePort, ports: [{port: 80, nodePort: 40000}]', 'y'))).toEqual([
      'spec.ports[0].nodePort: Invalid value: 40000: provided port is not in the valid range. The range of valid ports is 30000-30003',
    ]);
  });

  it('may serve two protocols', () => {
    const o = services.create('type: NodePort, ports: [{name: a, port: 53, nodePort: 30000}, {name: b, port: 53, protocol: UDP, nodePort: 30000}]');
    services.delete(o);
    services.create('type: NodePort, ports: [{name: a, port: 53, nodePort: 30000}]');
  });

  it('go with the type', () => {
    const o = services.create('type: NodePort, ports: [{port: 80, nodePort: 30000}]');
    const plain = services.update(o, (n) => void (n.spec.type = 'ClusterIP'));
    expect(plain.spec.ports[0]).not.toHaveProperty('nodePort');
    expect(plain.spec).not.toHaveProperty('externalTrafficPolicy');
    services.create('type: NodePort, ports: [{port: 80, nodePort: 30000}]', 'y');
  });

  it('stay with their ports when an update leaves them out', () => {
    const o = services.create('type: NodePort, ports: [{port: 80}]');
    expect(services.update(o, (n) => void delete n.spec.ports[0].nodePort).spec.ports[0].nodePort).toBe(o.spec.ports[0].nodePort);
  });

  it('can be left away for load balancers', () => {
    expect(services.create('type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]').spec.ports[0]).not.toHaveProperty('nodePort');
    expect(services.create('type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]', 'y').spec.healthCheckNodePort).toBeGreaterThanOrEqual(30000);
  });
});

describe('a service', () => {
  it.each([
    ['', 'spec.ports: Required value'],
    ['ports: [{port: 80}, {port: 81}]', 'spec.ports[0].name: Required value'],
    ['ports: [{port: 80, protocol: ICMP}]', 'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ['ports: [{port: 80, targetPort: 70000}]', 'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ['ports: [{name: a, port: 80}, {name: b, port: 80}]', 'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
    ['ports: [{port: 80}], sessionAffinity: Often', 'spec.sessionAffinity: Unsupported value: "Often": supported values: "ClientIP", "None"'],
    ['ports: [{port: 80}], externalIPs: [127.0.0.1]', 'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['ports: [{port: 80}], loadBalancerClass: a/b', "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ['ports: [{port: 80}], selector: {a b: c}', 'spec.selector: Invalid value: "a b": name part must consist of alphanumeric characters, \'-\', \'_\' or \'.\', and must start and end with an alphanumeric character (e.g. \'MyName\',  or \'my.name\',  or \'123-abc\', regex used for validation is \'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\')'],
    ['ports: [{port: 80, nodePort: 30000}]', "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ])('is refused: %s', (spec, error) => {
    expect(services.errors(() => services.create(spec))).toContain(error);
  });

  it('is listed with its addresses and ports', () => {
    const cells = (spec: string, name: string, change: (o: KubeObject) => void = () => undefined): Record<string, unknown> => {
      const o = services.create(spec, name);
      change(o);
      return services.kind.cells(o);
    };
    expect(cells('clusterIP: 10.0.0.5, selector: {b: c, a: b}, ports: [{port: 80}]', 'a')).toMatchObject({ Type: 'ClusterIP', 'Cluster-IP': '10.0.0.5', 'External-IP': '<none>', 'Port(s)': '80/TCP', Selector: 'a=b,b=c' });
    expect(cells('type: NodePort, ports: [{port: 80, nodePort: 30001}]', 'b')).toMatchObject({ 'Port(s)': '80:30001/TCP' });
    expect(cells('type: LoadBalancer, ports: [{port: 80}]', 'c')).toMatchObject({ 'External-IP': '<pending>' });
    expect(cells('type: LoadBalancer, ports: [{port: 80}]', 'd', (o) => void (o.status.loadBalancer = { ingress: [{ ip: '1.2.3.4' }, { hostname: 'h' }] }))).toMatchObject({ 'External-IP': '1.2.3.4,h' });
    expect(cells('type: ExternalName, externalName: a.b', 'e')).toMatchObject({ 'Cluster-IP': '<none>', 'External-IP': 'a.b', 'Port(s)': '<none>', Selector: '<none>' });
  });

  it('keeps what its balancer says, which its own writes do not touch', () => {
    const o = services.create('type: LoadBalancer, ports: [{port: 80}]');
    const written = services.kind.update(o, (n) => void (n.status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }), 'status');
    expect(written.errors).toEqual([]);
    expect(written.object.status.loadBalancer.ingress[0]).toMatchObject({ ip: '1.2.3.4', ipMode: 'VIP' });
    expect(services.update(written.object, (n) => void (n.status = {})).status).toEqual(written.object.status);
    expect(services.kind.update(services.create('ports: [{port: 80}]', 'y'), (n) => void (n.status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }), 'status').errors).toEqual([
      "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
    ]);
  });
});
