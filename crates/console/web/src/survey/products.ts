// What is sold, as the catalogue says.
import { useEffect, useState } from 'react';
import { answered, api } from '../api/client';
import type { components } from '../api/schema';

export type Product = components['schemas']['Product'];

/** Rates that lines are usually sold at; a product offers those in its range, and any other can be typed. */
const USUAL = ['2M', '10M', '20M', '50M', '100M', '155M', '200M', '300M', '500M', '622M', '1G', '2.5G', '10G'];
const UNITS: Record<string, number> = { k: 1, M: 1e3, G: 1e6, T: 1e9 };

/** A bandwidth in kbit/s; none where it is no bandwidth. */
export function kbps(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([kMGT])$/.exec(text.trim());
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : null;
}

export function sells(product: Product, bandwidth: string): boolean {
  const [low, high] = product.bandwidth.map(kbps);
  const asked = kbps(bandwidth);
  return asked !== null && asked >= (low ?? 0) && asked <= (high ?? Infinity);
}

export const usual = (product: Product): string[] => USUAL.filter((rate) => sells(product, rate));

export function useProducts(): Product[] {
  const [products, setProducts] = useState<Product[]>([]);
  useEffect(() => {
    let stale = false;
    answered(api.GET('/api/v1/products'))
      .then((all) => { if (!stale) setProducts(all); })
      // The field then keeps what it has; the survey itself says what is wrong.
      .catch(() => undefined);
    return () => { stale = true; };
  }, []);
  return products;
}
