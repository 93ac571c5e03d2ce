import { describe, expect, it } from 'vitest';
import { ipAddress } from '../../../src/apis/networking/ip-address';
import { networkPolicy } from '../../../src/apis/networking/network-policy';
import { serviceCidr } from '../../../src/apis/networking/service-cidr';
import { KindUnderTest } from '../kind-under-test';

describe('NetworkPolicy', () => {
  const kind = new KindUnderTest(networkPolicy);

  it('is about what comes in, and about what goes out when it says so', () => {
    expect(kind.create('spec: {podSelector: {}}').object.spec.policyTypes).toEqual(['Ingress']);
    expect(kind.create('spec: {podSelector: {}, egress: [{}]}').object.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(kind.create('spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}').object.spec.ingress[0].ports[0].protocol).toBe('TCP');
  });

  it('excepts only parts of a block', () => {
    const block = (except: string): string => `spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16, except: [${except}]}}]}]}`;
    expect(kind.create(block('10.0.1.0/24')).errors).toEqual([]);
    expect(kind.create(block('10.1.0.0/24')).errors).toEqual([
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.1.0.0/24": must be a strict subset of `cidr`',
    ]);
  });

  it('counts a generation for what is given empty', () => {
    const { object } = kind.create('spec: {podSelector: {}}');
    expect(kind.replace(object, 'spec: {podSelector: {}}').object.metadata.generation).toBe(1);
    expect(kind.replace(object, 'spec: {podSelector: {matchLabels: {}}}').object.metadata.generation).toBe(2);
  });

  it('has ranges of ports that go up', () => {
    expect(kind.create('spec: {podSelector: {}, egress: [{ports: [{port: 90, endPort: 80}]}]}').errors).toEqual([
      'spec.egress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
    ]);
  });
});

describe('IPAddress', () => {
  const kind = new KindUnderTest(ipAddress);

  it('is named after the address and belongs to something', () => {
    expect(ipAddress.strategy.validateName!('10.0.0.1', false, { metadata: {} } as never)).toEqual([]);
    expect(ipAddress.strategy.validateName!('ten', false, { metadata: {} } as never)).not.toEqual([]);
    expect(kind.create('metadata: {name: 10.0.0.1}').errors).toContain('spec.parentRef: Required value');
  });
});

describe('ServiceCIDR', () => {
  const kind = new KindUnderTest(serviceCidr);

  it('has one network of each family at most', () => {
    expect(kind.create('spec: {cidrs: [10.0.0.0/24, "fd00::/112"]}').errors).toEqual([]);
    expect(kind.create('spec: {cidrs: [10.0.0.0/24, 10.1.0.0/24]}').errors).toHaveLength(1);
    expect(kind.create('spec: {cidrs: [10.0.0.1/24]}').errors).toHaveLength(1);
    expect(kind.create('spec: {}').errors).toEqual(['spec.cidrs: Required value: at least one CIDR required']);
  });
});
