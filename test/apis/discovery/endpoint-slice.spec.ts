import { describe, expect, it } from 'vitest';
import { endpointSlice } from '../../../src/apis/discovery/endpoint-slice';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(endpointSlice);

describe('EndpointSlice', () => {
  it('completes its ports', () => {
    const { object, errors } = kind.create('{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}');
    expect(errors).toEqual([]);
    expect(object.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
  });

  it('has addresses of its type, some but not too many', () => {
    expect(kind.create('{addressType: IPv6, endpoints: [{addresses: [10.0.0.1]}]}').errors).toEqual(['endpoints[0].addresses: Invalid value: "10.0.0.1": must be an IPv6 address']);
    expect(kind.create('{addressType: IPv4, endpoints: [{addresses: []}]}').errors).toEqual(['endpoints[0].addresses: Required value: must contain at least 1 address']);
    expect(kind.create('{addressType: IPX, endpoints: []}').errors).toEqual(['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"']);
  });

  it('keeps its type and counts generations', () => {
    const { object } = kind.create('{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}]}');
    expect(kind.update(object, (o) => void (o.addressType = 'FQDN')).errors).toContain('addressType: Invalid value: "FQDN": field is immutable');
    expect(kind.update(object, (o) => void (o.endpoints[0].addresses = ['10.0.0.2'])).object.metadata.generation).toBe(2);
    expect(kind.update(object, () => undefined).object.metadata.generation).toBe(1);
  });

  it('shows three endpoints and how many more', () => {
    const { object } = kind.create('{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}, {addresses: [10.0.0.3]}, {addresses: [10.0.0.4]}], ports: [{port: 80}]}');
    expect(kind.cells(object)).toMatchObject({ AddressType: 'IPv4', Ports: '80', Endpoints: '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...' });
    expect(kind.cells({ ...object, ports: [{ name: '', protocol: 'TCP' }] })).toMatchObject({ Ports: '<unset>' });
  });
});
