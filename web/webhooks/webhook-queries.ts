import { useQuery } from '@tanstack/preact-query';
import { get } from '../app/client';
import { queries } from '../app/queries';
import { usePages } from '../live/use-pages';
import type { AnswerOf, Delivery, Page, Webhook } from '../app/types';

export const WEBHOOKS = '/api/v1/webhooks';

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => get<Page<Webhook>>(WEBHOOKS, { limit: 100 }, signal),
  });
}

export function useDeliveries(id: string, status: string) {
  return usePages<Delivery>('webhooks', `${WEBHOOKS}/${id}/deliveries`, { status });
}

export function useDelivery(id: string, deliveryId: string, wanted: boolean) {
  return useQuery({
    queryKey: ['webhooks', id, 'delivery', deliveryId],
    queryFn: ({ signal }) =>
      get<AnswerOf<'getWebhookDelivery'>>(`${WEBHOOKS}/${id}/deliveries/${deliveryId}`, {}, signal),
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
