export const deliveryStatuses = ['pending', 'delivering', 'delivered', 'failed', 'canceled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export const endedDeliveries = ['delivered', 'failed', 'canceled'] as const satisfies DeliveryStatus[];

export function hasEnded(status: DeliveryStatus): boolean {
  return (endedDeliveries as readonly DeliveryStatus[]).includes(status);
}
