import { describe, expect, it } from 'vitest';
import { apiService } from '../../../src/apis/apiregistration/api-service';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(apiService);
const yaml = (name: string, spec: string): string => `{metadata: {name: ${name}}, spec: {group: a.example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 10, ${spec}}}`;

describe('APIService', () => {
  it('is named after version and group', () => {
    expect(kind.create(yaml('v1.a.example.com', 'service: {name: s, namespace: ns}, insecureSkipTLSVerify: true')).errors).toEqual([]);
    expect(kind.create(yaml('other', 'service: {name: s, namespace: ns}, insecureSkipTLSVerify: true')).errors[0]).toContain('metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1.a.example.com"');
  });

  it('calls its service at port 443', () => {
    expect(kind.create(yaml('v1.a.example.com', 'service: {name: s, namespace: ns}')).object.spec.service.port).toBe(443);
  });

  it('has priorities within bounds', () => {
    expect(kind.create('{metadata: {name: v1.a.example.com}, spec: {group: a.example.com, version: v1, groupPriorityMinimum: 20001, versionPriority: 0}}').errors).toEqual([
      'spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
    ]);
  });
});
