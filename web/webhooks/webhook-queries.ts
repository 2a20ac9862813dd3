import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { queries } from '../app/queries';
import { usePages } from '../live/use-pages';
import type { Delivery, Webhook } from '../app/types';

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => call('listWebhooks', { query: { limit: 100 }, signal }),
  });
}

export function useDeliveries(id: string, status: Delivery['status'] | undefined) {
  return usePages('webhooks', 'listWebhookDeliveries', { params: { id }, query: { status } });
}

export function useDelivery(id: string, deliveryId: string, wanted: boolean) {
  return useQuery({
    queryKey: ['webhooks', id, 'delivery', deliveryId],
    queryFn: ({ signal }) => call('getWebhookDelivery', { params: { id, deliveryId }, signal }),
    enabled: wanted,
  });
}

export function forgetWebhooks(): void {
  void queries.invalidateQueries({ queryKey: ['webhooks'] });
}

export function statusOf({ isActive, failingSince }: Webhook): string {
  if (!isActive) return 'inactive';
  return failingSince === null ? 'active' : 'failed';
}
