import { describe, expect, it } from 'vitest';
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  roundQuantity,
  subQuantity,
} from '../../src/api/quantity';

// Expected values were checked against apimachinery's resource.Quantity.
describe('canonicalQuantity', () => {
  it.each([
    ['0', '0'],
    ['0Ki', '0'],
    ['00', '0'],
    ['4', '4'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['64Mi', '64Mi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['0.5', '500m'],
    ['0.0005', '500u'],
    ['1.500', '1.500'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['1e3', '1e3'],
    ['12e5', '1200e3'],
    ['1E', '1E'],
    ['1000E', '1'],
    ['0.0000000001', '1n'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1.1Ki', '1126400m'],
    ['100Ki', '100Ki'],
    ['9Ei', '9223372036854775807'],
    ['-9Ei', '-9223372036854775807'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1e-99', '1e-9'],
    ['+100m', '+100m'],
    ['0100m', '0100m'],
    ['500Ti', '500Ti'],
    ['+', '0'],
  ])('%s → %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it('takes JSON numbers', () => {
    expect(canonicalQuantity(0.5)).toBe('500m');
    expect(canonicalQuantity(2)).toBe('2');
  });

  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  it.each([
    ['', format],
    ['abc', format],
    ['1 Gi', format],
    ['1.2.3', format],
    ['1Kib', format],
    ['1Kie', "unable to parse quantity's suffix"],
    ['1i', "unable to parse quantity's suffix"],
    ['1e', "unable to parse quantity's suffix"],
    ['--1', "unable to parse quantity's suffix"],
    ['1e99999999999999999999', "unable to parse quantity's suffix"],
    ['+Pi', 'unable to parse numeric part of quantity'],
  ])('refuses %j', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(new Error(message));
  });

  it('survives exponents that no memory could hold', () => {
    expect(canonicalQuantity('1e-2147483640')).toBe('1e-9');
    expect(compareQuantity('1e2147483640', '1')).toBe(1);
    expect(addQuantity('1e2147483640', '1')).toBe(canonicalQuantity('1e2147483640'));
  });
});

describe('values and arithmetic', () => {
  it('rounds up to the unit asked for', () => {
    expect(quantityValue('100m')).toBe(1);
    expect(quantityValue('1500m')).toBe(2);
    expect(quantityValue('1.5Gi')).toBe(1610612736);
    expect(quantityValue('1e3')).toBe(1000);
    expect(quantityMilliValue('250m')).toBe(250);
    expect(quantityMilliValue('1u')).toBe(1);
    expect(quantityMilliValue('2')).toBe(2000);
  });

  it('compares across formats', () => {
    expect(compareQuantity('1000m', '1')).toBe(0);
    expect(compareQuantity('1Gi', '1G')).toBe(1);
    expect(compareQuantity('-1', '1n')).toBe(-1);
    expect(compareQuantity('1e3', '1k')).toBe(0);
  });

  it('adds and subtracts in the format of the first, or of the second when the first is zero', () => {
    expect(addQuantity('1Gi', '512Mi')).toBe('1536Mi');
    expect(addQuantity('1', '500m')).toBe('1500m');
    expect(addQuantity('0', '1024Ki')).toBe('1Mi');
    expect(subQuantity('1Gi', '1Gi')).toBe('0');
    expect(subQuantity('1', '1100m')).toBe('-100m');
    expect(addQuantity('9223372036854775807', '1')).toBe('9223372036854775808');
  });

  it('rounds to a scale', () => {
    expect(roundQuantity('0.0005', -3)).toBe('1m');
    expect(roundQuantity('100m', -3)).toBe('100m');
    expect(roundQuantity('1.5', 0)).toBe('2');
  });
});
